package dev.weir.control.rollout.live;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How rollouts are driven.
 *
 * @param tick how often what was counted becomes an observation
 * @param beat how often commands are looked for, the longest that one waits
 * @param lease how long a leader may be silent before another replica takes its place
 * @param probeMax how long a version may take to answer a probe
 * @param look how often experiments are looked at, and bandits move
 */
public record RolloutConfig(
        @DefaultValue("5s") Duration tick,
        @DefaultValue("100ms") Duration beat,
        @DefaultValue("3s") Duration lease,
        @DefaultValue("5s") Duration probeMax,
        @DefaultValue("5m") Duration look) {
    public RolloutConfig {
        requirePositive("tick", tick);
        requirePositive("beat", beat);
        requirePositive("probe-max", probeMax);
        requirePositive("look", look);
        if (lease.compareTo(beat.multipliedBy(4)) < 0) {
            throw new IllegalArgumentException("weir.rollout.lease must be at least four beats: " + lease);
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("weir.rollout." + name + " must be longer than nothing: " + value);
        }
    }
}
