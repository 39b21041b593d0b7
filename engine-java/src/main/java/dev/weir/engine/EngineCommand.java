package dev.weir.engine;

import dev.weir.engine.EngineConfig.ModelSource;
import dev.weir.engine.device.Accelerators;
import dev.weir.engine.device.ComputeDevice;
import dev.weir.engine.device.CudaDevice;
import dev.weir.engine.device.CudaDriver;
import dev.weir.engine.device.CudaDriverException;
import dev.weir.engine.device.Machine;
import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.ffi.NativeLibraryException;
import dev.weir.engine.http.HttpLimits;
import dev.weir.engine.http.HttpServer;
import dev.weir.engine.lifecycle.ModelSettings;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.model.gguf.GgufModel;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.scheduling.SchedulingPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code engine}: loads models and serves them until it is told to stop. */
@Command(
        name = "engine",
        description = "Serves models: directories in the Hugging Face layout, and GGUF files.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class EngineCommand implements Callable<Integer> {

    /** The exit code of a process whose device is lost to it. */
    private static final int DEVICE_LOST_EXIT = 75; // EX_TEMPFAIL: try again

    /** Whether something is done. */
    enum Switch {
        on,
        off
    }

    // Of the types that a user may ask for, each constant is spelled as DType.optionName.

    /** How weights and KV cache are held. */
    enum DTypeOption {
        auto,
        float32,
        bfloat16
    }

    /** What weights are turned into at load. */
    enum QuantizeOption {
        none,
        q8_0,
        q4_0,
        q4_k,
        q5_k,
        q6_k
    }

    /** How keys and values are held. */
    enum KvCacheOption {
        auto,
        float32,
        float16,
        bfloat16,
        q8_0
    }

    /** How embeddings are made. */
    enum PoolingOption {
        auto,
        mean,
        last
    }

    @Option(names = "--model", paramLabel = "PATH", description = "A model directory or GGUF file; repeatable.")
    private List<Path> directories = new ArrayList<>();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "What requests call the model, one for each --model in their order (default: the name of its directory or file).")
    private List<String> names = new ArrayList<>();

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Address to listen at (${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8100", description = "Port to listen at; 0 picks one (${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--dtype",
            defaultValue = "auto",
            description = "How weights and KV cache are held: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}: as stored).")
    private DTypeOption dtype;

    @Option(
            names = "--quantize",
            defaultValue = "none",
            description =
                    "Turn weights that are not quantized yet into blocks of small integers at load: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private QuantizeOption quantize;

    @Option(
            names = "--kv-cache-dtype",
            defaultValue = "auto",
            description =
                    "How keys and values are held: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}: as --dtype says, else as the weights are stored).")
    private KvCacheOption kvCacheDtype;

    @Option(
            names = "--kv-cache-bytes",
            paramLabel = "BYTES",
            description =
                    "KV cache of each model (default: enough for --max-num-seqs full contexts, at most a quarter of free memory).")
    private @Nullable Long kvCacheBytes;

    @Option(
            names = "--max-model-len",
            paramLabel = "TOKENS",
            description =
                    "Longest sequence, prompt and answer together (default: what the model allows and the KV cache holds).")
    private @Nullable Integer contextTokensMax;

    @Option(
            names = "--pooling",
            defaultValue = "auto",
            description =
                    "How embeddings are made of hidden states: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}: as the model's directory says, else last).")
    private PoolingOption pooling;

    @Option(
            names = "--max-num-seqs",
            paramLabel = "N",
            defaultValue = "" + EngineConfig.SEQUENCES_MAX_DEFAULT,
            description = "Sequences that run at once in each model; more wait (${DEFAULT-VALUE}).")
    private int sequencesMax;

    @Option(
            names = "--max-num-batched-tokens",
            paramLabel = "N",
            defaultValue = "" + EngineConfig.STEP_TOKENS_MAX_DEFAULT,
            description = "Tokens of one step; longer prompts are computed in chunks (${DEFAULT-VALUE}).")
    private int stepTokensMax;

    @Option(
            names = "--prefix-cache",
            defaultValue = "on",
            description = "Compute equal beginnings of prompts once: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private Switch prefixCache;

    @Option(
            names = "--min-decode-share",
            defaultValue = "" + SchedulingPolicy.DECODE_SHARE_MIN_DEFAULT,
            paramLabel = "SHARE",
            description =
                    "Of their undisturbed rate that running answers keep while prompts are computed; 0: no promise (${DEFAULT-VALUE}).")
    private double decodeShareMin;

    @Option(
            names = "--kv-offload-gib",
            defaultValue = "0",
            paramLabel = "GIB",
            description =
                    "Memory of the machine, for each model, that keeps KV blocks of preempted answers, and of beginnings while the model sleeps (${DEFAULT-VALUE}: computed again).")
    private double kvOffloadGib;

    @Option(
            names = "--threads",
            defaultValue = "0",
            paramLabel = "N",
            description = "Threads of a model's steps (default: one for each physical core).")
    private int threadCount;

    @Option(
            names = "--device",
            defaultValue = "cpu",
            paramLabel = "DEVICE",
            description =
                    "What computes: cpu, cuda (the device with the most free memory), cuda:N, or auto (${DEFAULT-VALUE}).")
    private String device;

    @Option(
            names = "--batch-variant",
            description =
                    "On a CUDA device: hand prompts to its own library of products, whose results may depend on what else is in a step (default: they never do).")
    private boolean batchVariant;

    @Option(
            names = "--drain-seconds",
            defaultValue = "30",
            paramLabel = "S",
            description = "How long a shutdown waits for running answers (${DEFAULT-VALUE}).")
    private int drainSeconds;

    @Option(
            names = "--exit-when-stdin-closes",
            description =
                    "Stop in order when standard input ends, as it does when the process that started this one dies.")
    private boolean exitWhenStdinCloses;

    @Mixin
    private ProxyOptions proxy;

    @Mixin
    private AdminOptions admin;

    @Mixin
    private AdapterOptions adapters;

    @Mixin
    private FormatOptions formats;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws StartupException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        EngineConfig config = config();
        Clock clock = Clock.systemUTC();
        Engine engine = Engine.start(config, environment(clock), line -> {
            out.println("weir-engine: " + line);
            out.flush();
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(engine, config, out), "weir-shutdown"));
        CompletableFuture<Void> _ = engine.deviceLost().thenAccept(why -> leave(why, out));
        out.printf(
                "weir-engine: ready after %.1f s, listening at http://%s:%d%n",
                secondsSinceProcessStart(clock),
                config.address().getHostString(),
                engine.address().getPort());
        out.flush();
        if (exitWhenStdinCloses) {
            awaitEndOf(System.in);
            System.exit(0);
        }
        new CountDownLatch(1).await(); // until a signal runs the hook
        return 0;
    }

    /** On a thread of its own: the shutdown waits for the thread that calls this. */
    private static void leave(String why, PrintWriter out) {
        out.println("weir-engine: leaving, for another process to serve: " + why);
        out.flush();
        Thread.ofPlatform().name("weir-device-lost").start(() -> System.exit(DEVICE_LOST_EXIT));
    }

    private static void awaitEndOf(InputStream input) {
        try (input) {
            input.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // a broken pipe is the end that this waits for
        }
    }

    /** Runs when the JVM is told to end, whose exit code for a signal is not 0, though an orderly stop is no failure. */
    private static void stop(Engine engine, EngineConfig config, PrintWriter out) {
        out.println("weir-engine: stopping: finishing what runs, "
                + config.drainMax().toSeconds() + " s at most");
        out.flush();
        int exitCode = engine.deviceLost().isDone() ? DEVICE_LOST_EXIT : 0;
        try {
            engine.drain(config.drainMax());
        } catch (InterruptedException | RuntimeException e) {
            out.println("weir-engine: stopped in disorder: " + e);
            exitCode = 1;
        }
        out.println("weir-engine: stopped");
        out.flush();
        Runtime.getRuntime().halt(exitCode);
    }

    private static double secondsSinceProcessStart(Clock clock) {
        Instant started = ProcessHandle.current().info().startInstant().orElse(clock.instant());
        return Duration.between(started, clock.instant()).toMillis() / 1000.0;
    }

    private static Engine.Environment environment(Clock clock) {
        return new Engine.Environment(HttpLimits.defaults(), sources(clock), clock, System::nanoTime, null);
    }

    private static HttpServer.Sources sources(Clock clock) {
        SecureRandom random = new SecureRandom();
        return new HttpServer.Sources(
                () -> {
                    byte[] id = new byte[16];
                    random.nextBytes(id);
                    return HexFormat.of().formatHex(id);
                },
                random::nextLong,
                clock);
    }

    private EngineConfig config() {
        try {
            return new EngineConfig(
                    models(),
                    new InetSocketAddress(InetAddress.getByName(host), port),
                    new ModelSettings(
                            new TensorTypes(
                                    DType.ofOptionName(dtype.name()).orElse(null),
                                    DType.ofOptionName(quantize.name()).orElse(null),
                                    DType.ofOptionName(kvCacheDtype.name()).orElse(null)),
                            kvCacheBytes == null ? OptionalLong.empty() : OptionalLong.of(kvCacheBytes),
                            contextTokensMax == null ? OptionalInt.empty() : OptionalInt.of(contextTokensMax),
                            switch (pooling) {
                                case auto -> null;
                                case mean -> Pooling.MEAN;
                                case last -> Pooling.LAST_TOKEN;
                            },
                            formats.reasoning(),
                            formats.calls()),
                    sequencesMax,
                    Math.max(stepTokensMax, sequencesMax),
                    new SchedulingPolicy(prefixCache == Switch.on, decodeShareMin, (long) (kvOffloadGib * (1L << 30))),
                    proxy.trustedProxy(),
                    adapters.settings(),
                    threadCount,
                    ComputeDevice.choose(device, inventory()).withBatchVariant(batchVariant),
                    Duration.ofSeconds(drainSeconds),
                    admin.administration());
        } catch (IllegalArgumentException | CudaDriverException | NativeLibraryException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        } catch (UnknownHostException e) {
            throw new ParameterException(spec.commandLine(), "--host " + host + " is no known address", e);
        }
    }

    private static ComputeDevice.Inventory inventory() {
        return new ComputeDevice.Inventory() {
            @Override
            public List<CudaDevice> devices() {
                return CudaDriver.of(Accelerators.ofThisMachine()).devices();
            }

            @Override
            public boolean hasCode() {
                return Machine.of(NativeLibrary.load().systemDescription()).cuda();
            }
        };
    }

    private List<ModelSource> models() {
        if (directories.isEmpty() && !admin.hasRepository()) {
            throw new IllegalArgumentException("nothing to serve: give --model DIR or --model-repository DIR");
        }
        if (names.size() > directories.size()) {
            throw new IllegalArgumentException(
                    "there are " + names.size() + " --name for " + directories.size() + " --model");
        }
        List<ModelSource> models = new ArrayList<>();
        for (int i = 0; i < directories.size(); i++) {
            Path directory = directories.get(i);
            String name = i < names.size()
                    ? names.get(i)
                    : GgufModel.nameOf(directory.toAbsolutePath().normalize());
            models.add(new ModelSource(directory, name));
        }
        return models;
    }
}
