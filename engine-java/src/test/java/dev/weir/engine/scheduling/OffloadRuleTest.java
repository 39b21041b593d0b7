package dev.weir.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OffloadRuleTest {

    private final StepCost cost = new MeasuredStepCost();
    private final OffloadRule rule = new OffloadRule(cost);

    @Test
    void nothingIsMovedBeforeBothCostsAreKnown() {
        assertThat(rule.pays(1, 1_000_000)).isFalse();
        rule.moved(1, 1);
        assertThat(rule.pays(1, 1_000_000)).isFalse();
        cost.measured(0, 10, 1000);
        assertThat(rule.pays(1, 1_000_000)).isTrue();
    }

    @Test
    void thereAndBackIsComparedWithAgain() {
        cost.measured(0, 10, 1000); // a token takes 100
        rule.moved(4, 2000); // a block 500, each way
        assertThat(rule.pays(1, 11)).isTrue();
        assertThat(rule.pays(1, 10)).as("as long").isFalse();
        assertThat(rule.pays(8, 81)).isTrue();
        assertThat(rule.pays(8, 79)).isFalse();
    }

    @Test
    void whatMovesTakeIsLearntAnewFromEach() {
        cost.measured(0, 10, 1000);
        rule.moved(1, 100);
        assertThat(rule.pays(1, 16)).isTrue();
        for (int move = 0; move < 20; move++) {
            rule.moved(1, 10_000);
        }
        assertThat(rule.pays(1, 16)).isFalse();
    }
}
