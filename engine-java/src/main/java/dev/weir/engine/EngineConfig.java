package dev.weir.engine;

import dev.weir.engine.model.DType;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What an engine process is told.
 *
 * @param models to serve, each by an engine loop and KV cache of its own
 * @param address to listen at
 * @param dtype how to hold weights and KV cache; null: as stored
 * @param kvCacheBytes of each model's KV cache; empty: chosen by {@link KvCacheSize}
 * @param contextTokensMax of each model; empty: what the model allows
 * @param sequencesMax that run at once in each model; more wait
 * @param stepTokensMax of one step; bounds how long a long prompt holds up everybody's next token
 * @param threadCount of each model's steps; 0: one for each physical core
 * @param drainMax how long a shutdown waits for what runs
 */
public record EngineConfig(
        List<ModelSource> models,
        InetSocketAddress address,
        @Nullable DType dtype,
        OptionalLong kvCacheBytes,
        OptionalInt contextTokensMax,
        int sequencesMax,
        int stepTokensMax,
        int threadCount,
        Duration drainMax) {

    public static final int SEQUENCES_MAX_DEFAULT = 128;
    public static final int STEP_TOKENS_MAX_DEFAULT = 512;
    public static final Duration DRAIN_MAX_DEFAULT = Duration.ofSeconds(30);
    public static final int MODELS_MAX = 16;

    /** A directory and the name that requests call it by. */
    public record ModelSource(Path directory, String name) {

        public ModelSource {
            if (name.isBlank()) {
                throw new IllegalArgumentException("a model's name must not be blank");
            }
        }
    }

    public EngineConfig {
        models = List.copyOf(models);
        if (models.isEmpty() || models.size() > MODELS_MAX) {
            throw new IllegalArgumentException("1 to " + MODELS_MAX + " models can be served: " + models.size());
        }
        if (models.stream().map(ModelSource::name).distinct().count() < models.size()) {
            throw new IllegalArgumentException("two models have the same name: give each a --name of its own");
        }
        if (kvCacheBytes.isPresent() && kvCacheBytes.getAsLong() < 1) {
            throw new IllegalArgumentException("kvCacheBytes must be positive: " + kvCacheBytes.getAsLong());
        }
        if (contextTokensMax.isPresent() && contextTokensMax.getAsInt() < 2) {
            throw new IllegalArgumentException("contextTokensMax must be at least 2: " + contextTokensMax.getAsInt());
        }
        if (sequencesMax < 1 || sequencesMax > 4096) {
            throw new IllegalArgumentException("sequencesMax must be in [1, 4096]: " + sequencesMax);
        }
        if (stepTokensMax < sequencesMax) {
            throw new IllegalArgumentException("stepTokensMax (" + stepTokensMax + ") must be at least sequencesMax ("
                    + sequencesMax + "), so that each sequence can go on");
        }
        if (threadCount < 0) {
            throw new IllegalArgumentException("threadCount must not be negative: " + threadCount);
        }
    }
}
