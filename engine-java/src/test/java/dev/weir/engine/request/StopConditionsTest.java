package dev.weir.engine.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StopConditionsTest {

    @Test
    void takesWholeCharactersAndRefusesHalves() {
        assertThat(with("\ud83d\ude00 ende").stopStrings()).hasSize(1);
        assertThatThrownBy(() -> with("\ude00")).hasMessageContaining("unpaired surrogate");
        assertThatThrownBy(() -> with("a\ud83d")).hasMessageContaining("unpaired surrogate");
    }

    @Test
    void refusesEmptyAndTooManyStopStrings() {
        assertThatThrownBy(() -> with("")).hasMessage("a stop string must not be empty");
        assertThatThrownBy(() -> new StopConditions(1, Collections.nCopies(17, "x"), Set.of(), Set.of(), false))
                .hasMessage("at most 16 stop strings: 17");
        assertThatThrownBy(() -> new StopConditions(0, List.of(), Set.of(), Set.of(), false))
                .hasMessage("outputTokensMax must be at least 1: 0");
    }

    @Test
    void endOfSequenceMayBeIgnoredButNotTheCallersOwnStopTokens() {
        StopConditions stop = new StopConditions(1, List.of(), Set.of(5), Set.of(2), false);
        assertThat(stop.endWith(5)).isTrue();
        assertThat(stop.endWith(2)).isTrue();
        assertThat(stop.endWith(3)).isFalse();
        StopConditions ignoring = new StopConditions(1, List.of(), Set.of(5), Set.of(2), true);
        assertThat(ignoring.endWith(5)).isTrue();
        assertThat(ignoring.endWith(2)).isFalse();
    }

    private static StopConditions with(String stopString) {
        return new StopConditions(1, List.of(stopString), Set.of(), Set.of(), false);
    }
}
