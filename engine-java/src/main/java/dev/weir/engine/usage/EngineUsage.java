package dev.weir.engine.usage;

import io.micrometer.core.instrument.MeterRegistry;

/** One engine's metrics. Written by the engine thread; safe to scrape from any. */
public final class EngineUsage {

    /**
     * Registers the meters of one model.
     *
     * @param engineIndex of engines that serve the same model in this process; 0 for the first
     * @param contextTokensMax bounds the buckets of token counts
     */
    public EngineUsage(MeterRegistry registry, String modelName, int engineIndex, int contextTokensMax) {}
}
