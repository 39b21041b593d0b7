package dev.weir.models.evaluation;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Weir itself, started for the time of an evaluation on ports that were free, and stopped after. */
public final class LocalServer implements AutoCloseable {
    /** The first start may have to build everything. */
    private static final Duration START_TIME_MAX = Duration.ofMinutes(10);

    private static final Duration STOP_TIME_MAX = Duration.ofSeconds(30);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    private final Process process;
    private final int port;
    private final Path log;

    private LocalServer(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /** Starts {@code ./weir serve} of a repository and waits until it has the models. */
    public static LocalServer start(Path repository, List<String> models) throws IOException, InterruptedException {
        int port = freePort();
        Path log = Files.createTempFile("weir-serve-", ".log");
        Process process = new ProcessBuilder(
                        "./weir",
                        "serve",
                        "--port",
                        Integer.toString(port),
                        "--engine-port",
                        Integer.toString(freePort()),
                        // Nobody but us asks it anything, and it leaves nothing behind.
                        "--insecure-no-auth",
                        "--data-directory",
                        Files.createTempDirectory("weir-serve-").toString())
                .directory(repository.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        LocalServer server = new LocalServer(process, port, log);
        try {
            server.awaitModels(models);
            return server;
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    public String baseUrl() {
        return "http://127.0.0.1:" + port + "/v1";
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        children.forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(STOP_TIME_MAX.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                children.forEach(ProcessHandle::destroyForcibly);
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }

    private void awaitModels(List<String> models) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + START_TIME_MAX.toNanos();
        try (HttpAnswerer probe = new HttpAnswerer(baseUrl())) {
            while (System.nanoTime() - deadlineNanos < 0) {
                if (process.waitFor(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IOException(
                            "./weir serve ended with status %d; its log is %s".formatted(process.exitValue(), log));
                }
                if (has(probe, models)) {
                    return;
                }
            }
        }
        throw new IOException(
                "./weir serve did not list %s within %s; its log is %s".formatted(models, START_TIME_MAX, log));
    }

    private static boolean has(HttpAnswerer probe, List<String> models) throws InterruptedException {
        try {
            return probe.models().containsAll(models);
        } catch (IOException _) {
            return false; // not listening yet, or the engine behind it is not
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
