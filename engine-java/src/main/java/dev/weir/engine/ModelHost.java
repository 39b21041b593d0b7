package dev.weir.engine;

import dev.weir.engine.adapters.Adapter;
import dev.weir.engine.adapters.AdapterException;
import dev.weir.engine.adapters.Adapters;
import dev.weir.engine.answer.AnswerFormats;
import dev.weir.engine.device.Quantities;
import dev.weir.engine.execution.ExecutionException;
import dev.weir.engine.execution.KeptCache;
import dev.weir.engine.ffi.NativeException;
import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.ffi.NativeModel;
import dev.weir.engine.http.EmbeddingSettings;
import dev.weir.engine.http.ServedModel;
import dev.weir.engine.lifecycle.ManagedModel;
import dev.weir.engine.lifecycle.MemoryNeed;
import dev.weir.engine.lifecycle.ModelLoadException;
import dev.weir.engine.lifecycle.ModelSpec;
import dev.weir.engine.lifecycle.Outcome;
import dev.weir.engine.lifecycle.Progress;
import dev.weir.engine.model.AdapterDirectory;
import dev.weir.engine.model.ChatTemplate;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.ModelFingerprint;
import dev.weir.engine.model.ModelFormatException;
import dev.weir.engine.model.PoolingConfig;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.sampling.constraint.ConstraintCompiler;
import dev.weir.engine.tokenization.DjlTokenizer;
import dev.weir.engine.tokenization.Tokenizer;
import dev.weir.engine.usage.EngineUsage;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model with everything that serves it. Its headers, tokenizer and metrics are there from its opening to its end; weights, KV cache
 * and engine loop only while it is awake.
 */
final class ModelHost implements ManagedModel {

    private static final Logger LOG = LoggerFactory.getLogger(ModelHost.class);

    private final ModelSpec spec;
    private final EngineConfig config;
    private final Surroundings surroundings;
    private final ModelDirectory directory;
    private final Tokenizer tokenizer;
    private final @Nullable ChatTemplate chatTemplate;
    private final Pooling pooling;
    private final Footprint footprint;
    private final String version;
    private final EngineUsage usage;
    private Map<String, Path>
            adapterPaths; // of those that the next waking brings in; of the thread that calls the verbs
    private boolean wokenBefore;
    private @Nullable KeptCache kept; // by the last sleep, for the waking that follows it; of the same thread
    private volatile @Nullable Awake awake;

    /**
     * What all models of a process share.
     *
     * @param deviceLost completed by the first whose device is lost to this process
     */
    record Surroundings(
            NativeLibrary library,
            MeterRegistry metrics,
            Engine.Environment environment,
            CompletableFuture<String> deviceLost) {}

    private record Awake(RunningModel running, ServedModel served) {}

    /** Reads headers and tokenizer. */
    static ModelHost open(ModelSpec spec, EngineConfig config, Surroundings surroundings) {
        return explained(() -> {
            ModelDirectory directory = ModelDirectory.open(spec.path());
            ChatTemplate template =
                    directory.chatTemplate(surroundings.environment().clock()).orElse(null);
            Tokenizer tokenizer = DjlTokenizer.open(directory.tokenizerFile());
            return new ModelHost(spec, config, surroundings, directory, tokenizer, template);
        });
    }

    /** What {@link #need} would say of a model that is not opened. */
    static MemoryNeed measure(ModelSpec spec, EngineConfig config, long freeBytes) {
        return explained(() -> {
            ModelDirectory directory = ModelDirectory.open(spec.path());
            return need(spec, config, directory, footprint(directory, spec, config), freeBytes);
        });
    }

    private ModelHost(
            ModelSpec spec,
            EngineConfig config,
            Surroundings surroundings,
            ModelDirectory directory,
            Tokenizer tokenizer,
            @Nullable ChatTemplate chatTemplate) {
        this.spec = spec;
        this.config = config;
        this.surroundings = surroundings;
        this.directory = directory;
        this.tokenizer = tokenizer;
        this.chatTemplate = chatTemplate;
        pooling = pooling(spec);
        version = version(directory, spec.settings().types());
        footprint = footprint(directory, spec, config);
        usage = new EngineUsage(
                surroundings.metrics(), spec.name(), 0, directory.config().contextTokensMax());
        adapterPaths = config.adaptersOf(spec.name());
    }

    private static String version(ModelDirectory directory, TensorTypes types) {
        DType held = types.quantize() == null ? types.weights() : types.quantize();
        return ModelFingerprint.of(directory) + (held == null ? "" : "+" + held.optionName());
    }

    private static Pooling pooling(ModelSpec spec) {
        Pooling asked = spec.settings().pooling();
        return asked != null ? asked : PoolingConfig.read(spec.path()).orElse(Pooling.LAST_TOKEN);
    }

    /** What is wrong with a model, a machine or a setting is the operator's to read; anything else is a bug and keeps its trace. */
    private static <T> T explained(Supplier<T> loading) {
        try {
            return loading.get();
        } catch (ModelFormatException
                | AdapterException
                | NativeException
                | ExecutionException
                | IllegalArgumentException e) {
            throw new ModelLoadException(Outcome.Reason.LOAD_FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public MemoryNeed need(long freeBytes) {
        return explained(() -> need(spec, config, directory, footprint, freeBytes));
    }

    private static Footprint footprint(ModelDirectory directory, ModelSpec spec, EngineConfig config) {
        return config.device().cuda().isPresent()
                ? Footprint.onCuda(
                        directory,
                        spec.settings(),
                        config.stepTokensMax(),
                        config.sequencesMax(),
                        config.device().batchVariant())
                : Footprint.of(directory, spec.settings(), config.stepTokensMax(), config.sequencesMax());
    }

    private static MemoryNeed need(
            ModelSpec spec, EngineConfig config, ModelDirectory directory, Footprint footprint, long freeBytes) {
        long leftBytes = Math.max(0, freeBytes - footprint.with(0).totalBytes());
        double share = config.device().cuda().isPresent() ? KvCacheSize.DEVICE_SHARE_MAX : KvCacheSize.MEMORY_SHARE_MAX;
        KvCacheSize cache = KvCacheSize.choose(
                spec.settings().kvCacheBytes(),
                spec.settings().contextTokensMax(),
                directory.config().contextTokensMax(),
                config.sequencesMax(),
                footprint.blockBytes(),
                (long) (leftBytes * share));
        return footprint.with(cache.blockCount() + hostBlocksBesides(config, footprint));
    }

    /** Blocks away from the cache that take memory of the kind that the cache takes. A device's cache and the machine's memory are two things. */
    private static int hostBlocksBesides(EngineConfig config, Footprint footprint) {
        return config.device().cuda().isPresent() ? 0 : hostBlocks(config, footprint);
    }

    private static int hostBlocks(EngineConfig config, Footprint footprint) {
        return KvCacheSize.hostBlocks(config.scheduling().hostBytesMax(), footprint.blockBytes());
    }

    @Override
    public void wake(MemoryNeed granted, Progress.Listener progress) {
        awake = explained(() -> {
            int servedTokens =
                    spec.settings().contextTokensMax().orElse(directory.config().contextTokensMax());
            NativeModel weights = surroundings
                    .library()
                    .loadModel(
                            directory.config().servedWithin(servedTokens),
                            directory.weights(),
                            spec.settings().types());
            try {
                progress.at(Progress.begin(Progress.Phase.WARMING));
                return start(weights, granted);
            } catch (RuntimeException | Error failure) {
                weights.close();
                throw failure;
            } finally {
                forgetKept();
            }
        });
    }

    private void forgetKept() {
        if (kept != null) {
            kept.close();
            kept = null;
        }
    }

    /** What is still true: of files that were replaced while the model slept, nothing is. */
    private @Nullable KeptCache keptOfTheseFiles() {
        return kept != null && version(directory, spec.settings().types()).equals(version) ? kept : null;
    }

    private Awake start(NativeModel weights, MemoryNeed granted) {
        int blockCount =
                Math.toIntExact(granted.kvCacheBytes() / footprint.blockBytes()) - hostBlocksBesides(config, footprint);
        int contextTokens = Math.min(spec.settings().contextTokensMax().orElse(weights.contextTokensMax()), (int)
                Math.min(weights.contextTokensMax(), (long) blockCount * KvCacheSize.BLOCK_TOKENS));
        RunningModel running = new RunningModel(
                spec.name(),
                config,
                weights,
                new KvCacheSize(blockCount, hostBlocks(config, footprint), contextTokens),
                tokenizer,
                usage,
                surroundings.environment().ticker(),
                keptOfTheseFiles(),
                why -> surroundings.deviceLost().complete(spec.name() + ": " + why));
        long nowSeconds = surroundings.environment().clock().instant().getEpochSecond();
        try {
            adapterPaths.forEach((name, path) -> load(running.adapters(), name, path, nowSeconds));
        } catch (RuntimeException | Error failure) {
            running.close();
            throw failure;
        }
        wokenBefore = true;
        return new Awake(
                running,
                new ServedModel(
                                spec.name(),
                                nowSeconds,
                                tokenizer,
                                chatTemplate,
                                directory.generationDefaults(),
                                contextTokens,
                                new EmbeddingSettings(directory.config().hiddenSize(), pooling),
                                ConstraintCompiler.of(
                                        weights.vocabSize(),
                                        tokenizer::tokenBytes,
                                        markedTokenBytes(),
                                        directory.generationDefaults().eosTokenIds()),
                                running.admission(),
                                running::isAlive,
                                running.adapters())
                        .answering(answers(), version));
    }

    /** As the parser of answers reads them: what is a mark to it may be a special token to the model. */
    private IntFunction<byte[]> markedTokenBytes() {
        Set<String> marks = AnswerFormats.marks();
        return id -> {
            byte[] bytes = tokenizer.tokenBytes(id);
            String text = bytes.length == 0 ? tokenizer.tokenText(id) : "";
            return marks.contains(text) ? text.getBytes(StandardCharsets.UTF_8) : bytes;
        };
    }

    private AnswerFormats answers() {
        return AnswerFormats.of(chatTemplate == null ? "" : chatTemplate.source())
                .with(spec.settings().reasoning(), spec.settings().calls());
    }

    /** An adapter that went bad while its model slept does not keep the model from waking. */
    private void load(Adapters adapters, String name, Path path, long nowSeconds) {
        try {
            adapters.load(name, AdapterDirectory.open(path), false, nowSeconds);
        } catch (ModelFormatException | AdapterException e) {
            String message = "adapter " + name + ": " + e.getMessage();
            if (!wokenBefore) {
                throw new AdapterException(message, e);
            }
            LOG.warn("{} woke without an adapter that it had: {}", spec.name(), message);
        }
    }

    @Override
    public boolean rest(Duration patience, String why, FilePages pages) {
        Awake ending = awake;
        if (ending == null) {
            return true;
        }
        boolean toSleep = pages == FilePages.DROP;
        boolean whole = toSleep
                ? ending.running().drainToSleep(patience, why)
                : ending.running().drain(patience, why);
        kept = ending.running().kept().orElse(null);
        adapterPaths = ending.running().adapters().all().stream()
                .collect(Collectors.toMap(
                        Adapter::name, adapter -> adapter.directory().path()));
        awake = null;
        if (toSleep) {
            ending.running().dropFilePages();
        }
        ending.running().close();
        return whole;
    }

    @Override
    public int activeRequests() {
        Awake now = awake;
        return now == null ? 0 : now.running().activeRequests();
    }

    @Override
    public boolean isAlive() {
        Awake now = awake;
        return now == null || now.running().isAlive();
    }

    String name() {
        return spec.name();
    }

    /** The model as the wire sees it; empty where there is none, or it sleeps. */
    static Optional<ServedModel> served(@Nullable ModelHost host) {
        return Optional.ofNullable(host).map(there -> there.awake).map(Awake::served);
    }

    /** KV blocks that sequences own now. */
    int ownedBlocks() {
        Awake now = awake;
        return now == null ? 0 : now.running().ownedBlocks();
    }

    /** The model in one line, for the operator. */
    String describe() {
        long parameters = directory.weights().tensors().stream()
                .mapToLong(tensor -> tensor.shape().stream().reduce(1L, (a, b) -> a * b))
                .sum();
        return "model %s: %s, %s parameters, %s"
                .formatted(
                        spec.name(),
                        directory.config().architecture().className(),
                        Quantities.count(parameters),
                        Optional.ofNullable(awake)
                                .map(now -> describe(now.running()))
                                .orElse("asleep"));
    }

    private String describe(RunningModel running) {
        KvCacheSize cache = running.cache();
        int modelContextTokens = directory.config().contextTokensMax();
        return "matrices held as %s, context %d tokens%s, KV cache %d blocks = %d tokens (%s)"
                .formatted(
                        running.held().stream()
                                .map(held -> held.type() + " (" + held.matrices() + ", "
                                        + Quantities.bytes(held.sizeBytes()) + ")")
                                .collect(Collectors.joining(", ")),
                        cache.contextTokensMax(),
                        cache.contextTokensMax() < modelContextTokens ? " of the model's " + modelContextTokens : "",
                        cache.blockCount(),
                        (long) cache.blockCount() * KvCacheSize.BLOCK_TOKENS,
                        Quantities.bytes(cache.blockCount() * footprint.blockBytes()));
    }

    @Override
    public void close() {
        Awake ending = awake;
        awake = null;
        if (ending != null) {
            ending.running().close();
        }
        forgetKept();
        tokenizer.close();
        usage.close();
    }
}
