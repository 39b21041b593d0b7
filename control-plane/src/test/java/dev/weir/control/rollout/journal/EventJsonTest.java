package dev.weir.control.rollout.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.RolloutPlan;
import org.junit.jupiter.api.Test;

class EventJsonTest {
    @Test
    void aPlanOfATimeThatKnewNoWarmUpHasNoneAndIsReplayedAsItWas() {
        String now = EventJson.write(RolloutPlan.standard("r1", "notes", "notes-v1", "notes-v2"));
        String then = now.replaceFirst(",\"warmUpCount\":\\d+", "");
        assertThat(then).isNotEqualTo(now);
        assertThat(EventJson.read(then, RolloutPlan.class).limits().warmUpCount())
                .isZero();
    }
}
