package dev.weir.control.telemetry;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is told of requests, and to whom.
 *
 * @param modelsMax models that have metrics of their own; the others share one name
 * @param tenantsMax the same of tenants
 * @param enginesMax the same of engines
 * @param metricsOpen whether {@code /actuator/prometheus} asks nobody for a key
 * @param traces where spans go
 */
public record TelemetryConfig(
        @DefaultValue("200") int modelsMax,
        @DefaultValue("200") int tenantsMax,
        @DefaultValue("200") int enginesMax,
        @DefaultValue("false") boolean metricsOpen,
        @DefaultValue TracesConfig traces) {
    /**
     * Where spans go.
     *
     * @param endpoint of a collector that speaks OTLP over HTTP, {@code http://HOST:4318/v1/traces}; null for none
     * @param share of the requests without a trace of their own that begin one
     */
    public record TracesConfig(
            @Nullable URI endpoint, @DefaultValue("1") double share) {
        public static final TracesConfig NONE = new TracesConfig(null, 1);

        public TracesConfig {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("weir.telemetry.traces.share must be from 0 to 1: " + share);
            }
        }
    }

    public TelemetryConfig {
        requirePositive("models-max", modelsMax);
        requirePositive("tenants-max", tenantsMax);
        requirePositive("engines-max", enginesMax);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("weir.telemetry." + name + " must be at least 1: " + value);
        }
    }
}
