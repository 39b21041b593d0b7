package dev.weir.engine.usage;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import org.jspecify.annotations.Nullable;

/** The Prometheus side of the metrics: one registry for a process, and the text that is scraped. */
public final class PrometheusMetrics {

    /** The value of {@code Content-Type} that goes with {@link #scrape}. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** An empty registry. */
    public PrometheusMetrics() {
        registry.config().namingConvention(new VllmNames());
    }

    /** Where engines register their meters. */
    public PrometheusMeterRegistry registry() {
        return registry;
    }

    /** All metrics as Prometheus text. */
    public String scrape() {
        return registry.scrape(CONTENT_TYPE);
    }

    /** vLLM's names are taken as they are; Micrometer's convention would replace the colon. */
    private static final class VllmNames extends PrometheusNamingConvention {

        @Override
        public String name(String name, Meter.Type type, @Nullable String baseUnit) {
            return name.startsWith("vllm:") ? name : super.name(name, type, baseUnit);
        }
    }
}
