package dev.weir.engine;

import dev.weir.engine.adapters.AdapterException;
import dev.weir.engine.adapters.AdapterWeights;
import dev.weir.engine.adapters.Adapters;
import dev.weir.engine.admission.AdmissionLimits;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.execution.EngineLoop;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.execution.KeptCache;
import dev.weir.engine.execution.LoopLimits;
import dev.weir.engine.ffi.NativeAdapter;
import dev.weir.engine.ffi.NativeException;
import dev.weir.engine.ffi.NativeModel;
import dev.weir.engine.ffi.NativeModelExecutor;
import dev.weir.engine.model.AdapterDirectory;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.tokenization.Tokenizer;
import dev.weir.engine.usage.EngineUsage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What a model has while it is awake: weights and the adapters beside them, the queue in front of its engine loop, and the loop with its KV cache. */
final class RunningModel implements AutoCloseable {

    private final NativeModel weights;
    private final Adapters adapters;
    private final AdmissionQueue admission;
    private final EngineLoop loop;
    private final KvCacheSize cache;

    /**
     * Starts the loop; from then on the weights are its to close, and before that, the caller's.
     *
     * @param kept what the model had computed when it went to sleep
     * @param deviceLost told what is known of it once only another process can serve this model
     */
    RunningModel(
            String name,
            EngineConfig config,
            NativeModel weights,
            KvCacheSize cache,
            Tokenizer tokenizer,
            EngineUsage usage,
            LongSupplier ticker,
            @Nullable KeptCache kept,
            Consumer<String> deviceLost) {
        this.weights = weights;
        adapters = new Adapters(directory -> load(weights, directory));
        this.cache = cache;
        ExecutorLimits limits = new ExecutorLimits(
                weights.vocabSize(),
                cache.contextTokensMax(),
                cache.blockCount(),
                cache.hostBlockCount(),
                KvCacheSize.BLOCK_TOKENS,
                config.stepTokensMax(),
                config.sequencesMax(),
                SamplingParams.LOGPROB_COUNT_MAX);
        admission = new AdmissionQueue(
                new AdmissionLimits(
                        AdmissionLimits.WAITING_MAX_DEFAULT,
                        limits.vocabSize(),
                        limits.contextTokensMax(),
                        limits.blockCount(),
                        limits.blockTokens()),
                ticker);
        loop = new EngineLoop(
                name,
                () -> new NativeModelExecutor(weights, limits, config.threadCount(), config.device()),
                limits,
                LoopLimits.defaults(),
                config.scheduling(),
                admission,
                tokenizer,
                usage,
                ticker);
        CompletableFuture<Void> _ = loop.deviceLost().thenAccept(deviceLost);
        loop.start(kept);
    }

    private static AdapterWeights load(NativeModel model, AdapterDirectory directory) {
        try {
            NativeAdapter adapter = model.loadAdapter(directory);
            return new AdapterWeights(adapter.id(), adapter::close);
        } catch (NativeException e) {
            throw new AdapterException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Those of the weights: they go with them. */
    Adapters adapters() {
        return adapters;
    }

    AdmissionQueue admission() {
        return admission;
    }

    KvCacheSize cache() {
        return cache;
    }

    /** How the matrices are held, by type. */
    List<NativeModel.Held> held() {
        return weights.held();
    }

    boolean isAlive() {
        return loop.state() != EngineLoop.State.FAILED && loop.state() != EngineLoop.State.STOPPED;
    }

    /** KV blocks that sequences own now. */
    int ownedBlocks() {
        return loop.ownedBlocks();
    }

    int activeRequests() {
        return loop.activeCount();
    }

    /** Finishes what was admitted; false when something had to be ended. */
    boolean drain(Duration patience, String why) {
        return loop.drain(patience, why);
    }

    /** The same, on the way to sleep: what could be found computed is kept, as much as has room in the machine's memory. */
    boolean drainToSleep(Duration patience, String why) {
        return loop.drain(patience, why, cache.hostBlockCount());
    }

    /** What that kept, the caller's to close. */
    Optional<KeptCache> kept() {
        return loop.kept();
    }

    /** Lets the system have the memory that holds the files' pages. */
    void dropFilePages() {
        weights.dropFilePages();
    }

    @Override
    public void close() {
        loop.close();
        adapters.close();
        weights.close();
    }
}
