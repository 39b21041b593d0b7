package dev.weir.control.fleet;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the fleet is kept in sight.
 *
 * @param probeEvery the pause between two questions to a ready engine
 * @param probeEveryWhileUnready the same for one that is not ready, shorter so that it is found soon
 * @param probeMax until a question without an answer counts as failed
 * @param probeFailuresMax unanswered questions in a row until a ready engine, which may just be busy, counts as not ready
 * @param modelsPerEngineMax models beyond this many are not listed
 * @param breaker when an engine that fails requests is left alone
 */
public record FleetConfig(
        @DefaultValue("1s") Duration probeEvery,
        @DefaultValue("100ms") Duration probeEveryWhileUnready,
        @DefaultValue("2s") Duration probeMax,
        @DefaultValue("3") int probeFailuresMax,
        @DefaultValue("1000") int modelsPerEngineMax,
        @DefaultValue BreakerLimits breaker) {
    public FleetConfig {
        if (!probeEvery.isPositive() || !probeEveryWhileUnready.isPositive() || !probeMax.isPositive()) {
            throw new IllegalArgumentException("weir.fleet: probe times must be longer than nothing");
        }
        if (probeFailuresMax < 1 || modelsPerEngineMax < 1) {
            throw new IllegalArgumentException(
                    "weir.fleet: probe-failures-max and models-per-engine-max are at least 1");
        }
    }
}
