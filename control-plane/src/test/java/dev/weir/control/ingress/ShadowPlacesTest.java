package dev.weir.control.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShadowPlacesTest {
    private final ShadowPlaces places = new ShadowPlaces();

    @Test
    void thereIsOneCopyMoreThanCallsAtMost() {
        places.begun("old");
        assertThat(places.tryCopy("old")).isTrue();
        places.ended("old");
        places.begun("old");
        assertThat(places.tryCopy("old")).isTrue();
        places.ended("old");
        places.begun("old");
        assertThat(places.tryCopy("old"))
                .as("two copies of calls that are over")
                .isFalse();
        places.copied("old");
        assertThat(places.tryCopy("old")).isTrue();
    }

    @Test
    void copiesOfManyCallsThatAreOverLeaveNoneForTheNextOnes() {
        for (int call = 0; call < 5; call++) {
            places.begun("old");
            assertThat(places.tryCopy("old")).isTrue();
        }
        for (int call = 0; call < 5; call++) {
            places.ended("old");
        }
        places.begun("old");
        assertThat(places.tryCopy("old"))
                .as("five copies on their way, beside one call")
                .isFalse();
        for (int copy = 0; copy < 4; copy++) {
            places.copied("old");
        }
        assertThat(places.tryCopy("old")).isTrue();
    }

    @Test
    void whatIsUnderWayOnOneArmTakesNoPlacesOfAnother() {
        places.begun("old");
        assertThat(places.tryCopy("old")).isTrue();
        assertThat(places.tryCopy("old")).isTrue();
        assertThat(places.tryCopy("old")).isFalse();
        places.begun("other");
        assertThat(places.tryCopy("other")).isTrue();
    }

    @Test
    void allArmsTogetherHaveSixteen() {
        for (int arm = 0; arm < 17; arm++) {
            places.begun("arm" + arm);
            assertThat(places.tryCopy("arm" + arm)).as("arm %s", arm).isEqualTo(arm < 16);
        }
        places.copied("arm3");
        assertThat(places.tryCopy("arm16")).isTrue();
    }
}
