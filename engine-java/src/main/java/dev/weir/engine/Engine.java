package dev.weir.engine;

import dev.weir.engine.EngineConfig.ModelSource;
import dev.weir.engine.device.Accelerators;
import dev.weir.engine.device.ComputeDevice;
import dev.weir.engine.device.CudaDriver;
import dev.weir.engine.device.Machine;
import dev.weir.engine.device.Quantities;
import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.ffi.NativeLibraryException;
import dev.weir.engine.http.Administration;
import dev.weir.engine.http.HttpLimits;
import dev.weir.engine.http.HttpServer;
import dev.weir.engine.http.Serving;
import dev.weir.engine.lifecycle.MemoryLedger;
import dev.weir.engine.lifecycle.MemoryNeed;
import dev.weir.engine.lifecycle.ModelOpener;
import dev.weir.engine.lifecycle.ModelRegistry;
import dev.weir.engine.lifecycle.ModelRegistry.LoadOrder;
import dev.weir.engine.lifecycle.ModelSpec;
import dev.weir.engine.lifecycle.Outcome;
import dev.weir.engine.usage.PrometheusMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The composition root: one process that serves some models over HTTP. It listens before it loads, so that {@code /health} and
 * {@code /ready} tell the truth from the start, and so that a taken port is found out before gigabytes are mapped.
 */
public final class Engine implements AutoCloseable {

    /**
     * What surrounds an engine, so that a test may fix it.
     *
     * @param ticker nanoseconds of a monotonic clock
     * @param availableBytes of memory; null: what the machine says
     */
    record Environment(
            HttpLimits limits,
            HttpServer.Sources sources,
            Clock clock,
            LongSupplier ticker,
            @Nullable LongSupplier availableBytes) {}

    private static final Duration LAST_BYTES_MAX = Duration.ofSeconds(5);

    private final NativeLibrary library;
    private final Serving serving;
    private final ModelRegistry<ModelHost> models;
    private final HttpServer server;
    private final CompletableFuture<String> deviceLost = new CompletableFuture<>();
    private final Object showing = new Object(); // of its own: a verb shows what it did while close() waits for it
    private boolean closed;

    /**
     * Starts everything.
     *
     * @param announce gets a few lines for the operator
     * @throws StartupException with one line, after everything begun has been undone
     */
    static Engine start(EngineConfig config, Environment environment, Consumer<String> announce)
            throws StartupException {
        Engine engine;
        try {
            engine = new Engine(config, NativeLibrary.load(), environment);
        } catch (IOException e) {
            throw new StartupException(
                    "cannot listen at " + config.address() + ": " + e.getMessage() + " (choose another --port)", e);
        } catch (NativeLibraryException e) {
            throw new StartupException(String.valueOf(e.getMessage()), e);
        }
        try {
            engine.load(config, announce);
            return engine;
        } catch (StartupException e) {
            engine.close();
            throw e;
        } catch (RuntimeException | Error e) {
            engine.close();
            throw new StartupException("unexpected: " + e, e);
        }
    }

    private Engine(EngineConfig config, NativeLibrary library, Environment environment) throws IOException {
        this.library = library;
        PrometheusMetrics metrics = new PrometheusMetrics();
        config.device()
                .cuda()
                .ifPresent(cuda ->
                        new GpuMemory(CudaDriver.of(Accelerators.ofThisMachine()), cuda).register(metrics.registry()));
        ModelHost.Surroundings surroundings =
                new ModelHost.Surroundings(library, metrics.registry(), environment, deviceLost);
        models = new ModelRegistry<>(
                new ModelOpener<>() {
                    @Override
                    public ModelHost open(ModelSpec spec) {
                        return ModelHost.open(spec, config, surroundings);
                    }

                    @Override
                    public MemoryNeed measure(ModelSpec spec, long freeBytes) {
                        return ModelHost.measure(spec, config, freeBytes);
                    }
                },
                new ModelRegistry.Surroundings(
                        config.administration().repository(),
                        new MemoryLedger(
                                environment.availableBytes() == null
                                        ? availableBytes(config.device())
                                        : environment.availableBytes()),
                        config.settings(),
                        this::settleCallers,
                        this::show));
        serving = new Serving(config.administration().wakeOnRequest() ? new Wakes(models) : null);
        server = new HttpServer(
                config.address(),
                environment.limits(),
                serving,
                config.trustedProxy(),
                new HttpServer.Metrics(metrics::scrape, PrometheusMetrics.CONTENT_TYPE),
                environment.sources(),
                new Administration(
                        models,
                        config.adapters().roots(),
                        config.administration().guard()));
    }

    /** Of the memory that models take: the device's, where they are on one. */
    private LongSupplier availableBytes(ComputeDevice device) {
        return device.cuda()
                .<LongSupplier>map(cuda -> new GpuMemory(CudaDriver.of(Accelerators.ofThisMachine()), cuda)::freeBytes)
                .orElse(() -> machine().memoryAvailableBytes());
    }

    private Machine machine() {
        return Machine.of(library.systemDescription());
    }

    /** A model that is about to go is findable no more; those that found it before have it submitted first. */
    private void settleCallers() {
        server.awaitPreparing();
    }

    /** Called by whoever changes a model; the last to show has seen every change before it. */
    private void show() {
        synchronized (showing) {
            serving.show(
                    models.listed().stream()
                            .map(listed -> new Serving.Listing(
                                    listed.status(),
                                    ModelHost.served(listed.model()).orElse(null)))
                            .toList(),
                    models.aliases());
        }
    }

    private void load(EngineConfig config, Consumer<String> announce) throws StartupException {
        Machine machine = machine();
        announce.accept("%s: %d cores, %s kernels, %d threads, %s of memory free"
                .formatted(
                        machine.cpu(),
                        machine.physicalCores(),
                        machine.isa(),
                        config.threadCount() == 0 ? machine.physicalCores() : config.threadCount(),
                        Quantities.bytes(machine.memoryAvailableBytes())));
        config.device()
                .cuda()
                .ifPresent(cuda -> announce.accept(cuda.describe()
                        + (config.device().batchVariant() ? ", results may depend on company (--batch-variant)" : "")));
        for (ModelSource source : config.models()) {
            models.declare(new ModelSpec(source.name(), source.directory(), config.settings()));
        }
        for (ModelSource source : config.models()) {
            require(models.load(source.name(), LoadOrder.plain()));
            host(source.name()).ifPresent(host -> announce.accept(host.describe()));
        }
        for (Map.Entry<String, String> alias : config.administration().aliases().entrySet()) {
            require(models.alias(alias.getKey(), alias.getValue(), Optional.empty()));
        }
        serving.started();
    }

    private static void require(Outcome outcome) throws StartupException {
        if (outcome instanceof Outcome.Refused refused) {
            throw new StartupException(refused.message(), null);
        }
    }

    /** What is open under that name, awake or not. */
    Optional<ModelHost> host(String name) {
        return hosts().filter(host -> host.name().equals(name)).findFirst();
    }

    private Stream<ModelHost> hosts() {
        return models.listed().stream().flatMap(listed -> Optional.ofNullable(listed.model()).stream());
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** Completed, with the model and what is known, once a model's device is lost to this process: its supervisor has to start another. */
    CompletableFuture<String> deviceLost() {
        return deviceLost;
    }

    /** KV blocks that sequences own now, over all models. */
    int ownedBlocks() {
        return hosts().mapToInt(ModelHost::ownedBlocks).sum();
    }

    /** What the native library holds for all models; asked after {@link #close}, nothing. */
    NativeLibrary.LiveHandles liveHandles() {
        return library.liveHandles();
    }

    /** Takes nothing new, finishes what was admitted within {@code patience}, cancels the rest, and closes. */
    void drain(Duration patience) throws InterruptedException {
        serving.draining();
        models.drain(patience);
        server.awaitIdle(LAST_BYTES_MAX);
        close();
    }

    /** Closes at once: what runs is cancelled. Loops first, since they call into the server's event loops. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        serving.draining();
        models.close();
        server.close();
    }
}
