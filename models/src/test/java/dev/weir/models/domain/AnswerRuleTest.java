package dev.weir.models.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerRuleTest {
    @Test
    void exactForgivesCaseSpacingAndTheClosingMark() {
        assertThat(AnswerRule.EXACT.accepts("The gate is 4.", " the  Gate is 4"))
                .isTrue();
        assertThat(AnswerRule.EXACT.accepts("The gate is 4.", "The gate is 14."))
                .isFalse();
    }

    @Test
    void jsonForgivesOrderAndSpacing() {
        assertThat(AnswerRule.JSON.accepts("{\"a\":\"1\",\"b\":\"2\"}", "{ \"b\": \"2\", \"a\": \"1\" }"))
                .isTrue();
        assertThat(AnswerRule.JSON.accepts("{\"a\":\"1\"}", "{\"a\":\"2\"}")).isFalse();
        assertThat(AnswerRule.JSON.accepts("{\"a\":\"1\"}", "{\"a\":\"1\"")).isFalse();
    }

    @Test
    void finalReadsOnlyWhatFollowsTheLastMark() {
        assertThat(AnswerRule.FINAL.accepts("1 + 1 = 2. Answer: 2 euros.", "Let me see. Answer: 2 euros"))
                .isTrue();
        assertThat(AnswerRule.FINAL.accepts("1 + 1 = 2. Answer: 2 euros.", "1 + 1 = 2. Answer: 3 euros."))
                .isFalse();
        assertThat(AnswerRule.FINAL.accepts("Answer: yes.", "yes"))
                .as("an answer that does not commit itself")
                .isFalse();
    }
}
