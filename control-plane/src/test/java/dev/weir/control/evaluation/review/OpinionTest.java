package dev.weir.control.evaluation.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.evaluation.review.Opinion.Accuracy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpinionTest {
    @Test
    void threeKeysAreAGrade() {
        assertThat(Opinion.of("i2x", " 46 euros ", " "))
                .isEqualTo(new Opinion(Accuracy.INCORRECT, 2, false, "46 euros", null));
        assertThat(Opinion.of("u3s", "", null)).isEqualTo(new Opinion(Accuracy.UNSURE, 3, true, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "c", "c6s", "s4c", "C4S", "c4s4"})
    void anythingElseIsNotAndIsToldWhatIs(String code) {
        assertThatThrownBy(() -> Opinion.of(code, null, null)).hasMessageContaining("as in c4s");
    }

    @Test
    void whatIsRightHasNoCorrection() {
        assertThatThrownBy(() -> Opinion.of("c4s", "46 euros", null)).hasMessageContaining("only an incorrect answer");
    }
}
