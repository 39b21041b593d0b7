package dev.weir.engine.usage;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** The Prometheus side of the metrics: one registry for a process, and the text that is scraped. */
public final class PrometheusMetrics {

    /** The value of {@code Content-Type} that goes with {@link #scrape}. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** Where engines register their meters. */
    public PrometheusMeterRegistry registry() {
        return registry;
    }

    /** All metrics as Prometheus text. */
    public String scrape() {
        return registry.scrape(CONTENT_TYPE);
    }
}
