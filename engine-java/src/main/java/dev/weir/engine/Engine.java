package dev.weir.engine;

import dev.weir.engine.EngineConfig.ModelSource;
import dev.weir.engine.device.Machine;
import dev.weir.engine.ffi.NativeException;
import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.ffi.NativeLibraryException;
import dev.weir.engine.http.HttpLimits;
import dev.weir.engine.http.HttpServer;
import dev.weir.engine.http.Serving;
import dev.weir.engine.model.ModelFormatException;
import dev.weir.engine.usage.PrometheusMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The composition root: one process that serves some models over HTTP. It listens before it loads, so that {@code /health} and
 * {@code /ready} tell the truth from the start, and so that a taken port is found out before gigabytes are mapped.
 */
public final class Engine implements AutoCloseable {

    /**
     * What surrounds an engine, so that a test may fix it.
     *
     * @param ticker nanoseconds of a monotonic clock
     */
    record Environment(HttpLimits limits, HttpServer.Sources sources, Clock clock, LongSupplier ticker) {}

    private static final Duration LAST_BYTES_MAX = Duration.ofSeconds(5);

    private final Serving serving = new Serving();
    private final List<ModelHost> hosts = new ArrayList<>();
    private final HttpServer server;
    private boolean closed;

    /**
     * Starts everything.
     *
     * @param announce gets a few lines for the operator
     * @throws StartupException with one line, after everything begun has been undone
     */
    static Engine start(EngineConfig config, Environment environment, Consumer<String> announce)
            throws StartupException {
        PrometheusMetrics metrics = new PrometheusMetrics();
        Engine engine;
        try {
            engine = new Engine(config, metrics, environment);
        } catch (IOException e) {
            throw new StartupException(
                    "cannot listen at " + config.address() + ": " + e.getMessage() + " (choose another --port)", e);
        }
        try {
            engine.load(config, metrics, environment, announce);
            return engine;
        } catch (ModelFormatException | NativeException | NativeLibraryException | IllegalArgumentException e) {
            engine.close();
            throw new StartupException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException | Error e) {
            engine.close();
            throw new StartupException("unexpected: " + e, e);
        }
    }

    private Engine(EngineConfig config, PrometheusMetrics metrics, Environment environment) throws IOException {
        server = new HttpServer(
                config.address(),
                environment.limits(),
                serving,
                config.trustedProxy(),
                new HttpServer.Metrics(metrics::scrape, PrometheusMetrics.CONTENT_TYPE),
                environment.sources());
    }

    private void load(
            EngineConfig config, PrometheusMetrics metrics, Environment environment, Consumer<String> announce) {
        NativeLibrary library = NativeLibrary.load();
        Machine machine = Machine.of(library.systemDescription());
        announce.accept("%s: %d cores, %s kernels, %d threads, %s of memory free"
                .formatted(
                        machine.cpu(),
                        machine.physicalCores(),
                        machine.isa(),
                        config.threadCount() == 0 ? machine.physicalCores() : config.threadCount(),
                        Quantities.bytes(machine.memoryAvailableBytes())));
        var surroundings = new ModelHost.Surroundings(library, metrics.registry(), environment);
        long availableEachBytes =
                machine.memoryAvailableBytes() / config.models().size();
        for (ModelSource source : config.models()) {
            ModelHost host = ModelHost.start(source, config, surroundings, availableEachBytes);
            hosts.add(host);
            announce.accept(host.describe());
        }
        serving.ready(hosts.stream().map(ModelHost::served).toList());
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** KV blocks that sequences own now, over all models. */
    int ownedBlocks() {
        return hosts.stream().mapToInt(ModelHost::ownedBlocks).sum();
    }

    /** Takes nothing new, finishes what was admitted within {@code patience}, cancels the rest, and closes. */
    void drain(Duration patience) throws InterruptedException {
        serving.draining();
        List<Thread> drains = hosts.stream()
                .map(host -> Thread.ofVirtual().start(() -> host.drain(patience)))
                .toList();
        for (Thread drain : drains) {
            drain.join();
        }
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
        hosts.forEach(ModelHost::close);
        server.close();
    }
}
