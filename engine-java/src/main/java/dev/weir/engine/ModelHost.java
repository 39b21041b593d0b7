package dev.weir.engine;

import dev.weir.engine.EngineConfig.ModelSource;
import dev.weir.engine.admission.AdmissionLimits;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.execution.EngineLoop;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.execution.LoopLimits;
import dev.weir.engine.ffi.CpuModelExecutor;
import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.ffi.NativeModel;
import dev.weir.engine.http.EmbeddingSettings;
import dev.weir.engine.http.ServedModel;
import dev.weir.engine.lifecycle.ModelSettings;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.PoolingConfig;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.tokenization.DjlTokenizer;
import dev.weir.engine.tokenization.Tokenizer;
import dev.weir.engine.usage.EngineUsage;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;

/** One model with everything that serves it: weights, tokenizer, admission, engine loop. */
final class ModelHost implements AutoCloseable {

    private final ModelDirectory directory;
    private final Tokenizer tokenizer;
    private final NativeModel weights;
    private final KvCacheSize cache;
    private final long blockBytes;
    private final EngineLoop loop;
    private final ServedModel served;

    /** What all models of a process share. */
    record Surroundings(NativeLibrary library, MeterRegistry metrics, Engine.Environment environment) {}

    /**
     * Loads a model and starts its loop.
     *
     * @param availableBytes of memory that this model's KV cache is measured by
     */
    static ModelHost start(ModelSource source, EngineConfig config, Surroundings surroundings, long availableBytes) {
        ModelDirectory directory = ModelDirectory.open(source.directory());
        Tokenizer tokenizer = DjlTokenizer.open(directory.tokenizerFile());
        try {
            NativeModel weights = surroundings
                    .library()
                    .loadModel(
                            directory.config(),
                            directory.weights(),
                            config.settings().types());
            try {
                return new ModelHost(source, config, surroundings, availableBytes, directory, tokenizer, weights);
            } catch (RuntimeException | Error failure) {
                weights.close();
                throw failure;
            }
        } catch (RuntimeException | Error failure) {
            tokenizer.close();
            throw failure;
        }
    }

    private ModelHost(
            ModelSource source,
            EngineConfig config,
            Surroundings surroundings,
            long availableBytes,
            ModelDirectory directory,
            Tokenizer tokenizer,
            NativeModel weights) {
        this.directory = directory;
        this.tokenizer = tokenizer;
        this.weights = weights;
        blockBytes = weights.blockBytes(KvCacheSize.BLOCK_TOKENS);
        cache = KvCacheSize.choose(
                config.settings().kvCacheBytes(),
                config.settings().contextTokensMax(),
                weights.contextTokensMax(),
                config.sequencesMax(),
                blockBytes,
                availableBytes);
        ExecutorLimits limits = new ExecutorLimits(
                weights.vocabSize(),
                cache.contextTokensMax(),
                cache.blockCount(),
                KvCacheSize.BLOCK_TOKENS,
                config.stepTokensMax(),
                config.sequencesMax(),
                SamplingParams.LOGPROB_COUNT_MAX);
        AdmissionQueue admission = new AdmissionQueue(
                new AdmissionLimits(
                        AdmissionLimits.WAITING_MAX_DEFAULT,
                        limits.vocabSize(),
                        limits.contextTokensMax(),
                        limits.blockCount(),
                        limits.blockTokens()),
                surroundings.environment().ticker());
        loop = new EngineLoop(
                source.name(),
                () -> new CpuModelExecutor(weights, limits, config.threadCount()),
                limits,
                LoopLimits.defaults(),
                config.scheduling(),
                admission,
                tokenizer,
                new EngineUsage(surroundings.metrics(), source.name(), 0, limits.contextTokensMax()),
                surroundings.environment().ticker());
        served = new ServedModel(
                source.name(),
                surroundings.environment().clock().instant().getEpochSecond(),
                tokenizer,
                directory.chatTemplate(surroundings.environment().clock()).orElse(null),
                directory.generationDefaults(),
                limits.contextTokensMax(),
                new EmbeddingSettings(weights.hiddenSize(), pooling(config.settings(), source.directory())),
                admission,
                () -> loop.state() != EngineLoop.State.FAILED && loop.state() != EngineLoop.State.STOPPED);
        loop.start();
    }

    private static Pooling pooling(ModelSettings settings, Path directory) {
        return settings.pooling() != null
                ? settings.pooling()
                : PoolingConfig.read(directory).orElse(Pooling.LAST_TOKEN);
    }

    ServedModel served() {
        return served;
    }

    /** KV blocks that sequences own now. */
    int ownedBlocks() {
        return loop.ownedBlocks();
    }

    /** The model in one line, for the operator. */
    String describe() {
        long parameters = directory.weights().tensors().stream()
                .mapToLong(tensor -> tensor.shape().stream().reduce(1L, (a, b) -> a * b))
                .sum();
        return "model %s: %s, %s parameters, matrices held as %s, context %d tokens%s, KV cache %d blocks = %d tokens (%s)"
                .formatted(
                        served.name(),
                        directory.config().architecture().className(),
                        Quantities.count(parameters),
                        weights.held().stream()
                                .map(held -> held.type() + " (" + held.matrices() + ", "
                                        + Quantities.bytes(held.sizeBytes()) + ")")
                                .collect(Collectors.joining(", ")),
                        cache.contextTokensMax(),
                        cache.contextTokensMax() < weights.contextTokensMax()
                                ? " of the model's " + weights.contextTokensMax()
                                : "",
                        cache.blockCount(),
                        (long) cache.blockCount() * KvCacheSize.BLOCK_TOKENS,
                        Quantities.bytes(cache.blockCount() * blockBytes));
    }

    /** Finishes what was admitted; false when something had to be cancelled. */
    boolean drain(Duration patience) {
        return loop.drain(patience);
    }

    @Override
    public void close() {
        loop.close();
        weights.close();
        tokenizer.close();
    }
}
