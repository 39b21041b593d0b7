package dev.weir.control.rollout.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.control.rollout.experiment.Bandit.Arm;
import java.util.List;
import org.junit.jupiter.api.Test;

class BanditTest {

    @Test
    void allArmsGetTheSameUntilEachIsKnown() {
        Bandit bandit = new Bandit(0.05, 100, 1);
        Arm known = bandit.updated(Arm.NEW, 90, 100);
        assertThat(bandit.shares(List.of(known, Arm.NEW))).containsExactly(0.5, 0.5);
    }

    @Test
    void theBestGetsAlmostAllAndNoneLessThanTheFloor() {
        Bandit bandit = new Bandit(0.05, 100, 1);
        List<Double> shares = bandit.shares(List.of(
                bandit.updated(Arm.NEW, 900, 1_000),
                bandit.updated(Arm.NEW, 700, 1_000),
                bandit.updated(Arm.NEW, 500, 1_000)));
        assertThat(shares.get(0)).isCloseTo(0.9, within(1e-6));
        assertThat(shares.get(1)).isCloseTo(0.05, within(1e-6));
        assertThat(shares.get(2)).isCloseTo(0.05, within(1e-6));
    }

    @Test
    void whatIsLongAgoCountsLess() {
        Bandit bandit = new Bandit(0, 0, 0.5);
        Arm arm = bandit.updated(bandit.updated(Arm.NEW, 8, 10), 2, 10);
        assertThat(arm).isEqualTo(new Arm(6, 9, 20));
    }

    @Test
    void aRewardIsQualityLessCostAndSlowness() {
        Reward reward = new Reward(0.1, 2, 0.3);
        assertThat(reward.of(0.9, 4, false)).isCloseTo(0.7, within(1e-12));
        assertThat(reward.of(0.9, 4, true)).isCloseTo(0.4, within(1e-12));
        assertThat(reward.of(0.1, 100, true)).isZero();
        assertThatThrownBy(() -> reward.of(1.1, 0, false)).hasMessageContaining("quality");
    }

    @Test
    void impossibleBanditsAreRefused() {
        assertThatThrownBy(() -> new Bandit(0.5, 0, 1).shares(List.of(Arm.NEW, Arm.NEW)))
                .hasMessageContaining("leaves nothing to decide");
        assertThatThrownBy(() -> new Bandit(0, 0, 0)).hasMessageContaining("discount");
        assertThatThrownBy(() -> new Bandit(0, 0, 1).updated(Arm.NEW, 2, 1)).hasMessageContaining("0 to 1");
    }
}
