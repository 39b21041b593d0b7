package dev.weir.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** {@code weir serve} as its user starts it: a process of its own, which starts the engine's. */
final class WeirProcess implements AutoCloseable {
    static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    static final Path ENGINE_JAR = HOME.resolve("engine-java/target/weir-engine.jar");
    static final Path CONTROL_JAR = HOME.resolve("control-plane/target/weir-control.jar");
    private static final long WAIT_SECONDS_MAX = 120;
    private static final String KEY = "export WEIR_API_KEY=";

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();
    private final int port;
    private final int enginePort;

    static {
        recordStarts();
    }

    /** As {@code ./weir serve} does before its first start, for what is started here a dozen times. */
    private static void recordStarts() {
        Path script = HOME.resolve("weir");
        try {
            Process recording = new ProcessBuilder(script.toString(), "record")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!recording.waitFor(WAIT_SECONDS_MAX, TimeUnit.SECONDS)) {
                recording.destroy();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private WeirProcess(
            String command,
            List<String> java,
            Map<String, String> environment,
            int port,
            int enginePort,
            List<String> options)
            throws IOException {
        this.port = port;
        this.enginePort = enginePort;
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.add("@" + HOME.resolve("control-plane/jvm.options"));
        line.addAll(ownCompilers());
        line.addAll(java);
        Path recorded = CONTROL_JAR.resolveSibling("weir-control.aot");
        if (Files.exists(recorded)) {
            line.addAll(List.of("-XX:AOTCache=" + recorded, "-Xlog:aot*=off"));
        }
        line.addAll(List.of(
                "-Dweir.home=" + HOME, "-jar", CONTROL_JAR.toString(), command, "--port", Integer.toString(port)));
        if (command.equals("serve")) {
            line.addAll(List.of("--engine-port", Integer.toString(enginePort)));
        }
        line.addAll(options);
        if (!options.contains("--data-directory")) {
            line.addAll(List.of(
                    "--data-directory", Files.createTempDirectory("weir-test-").toString()));
        }
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().putAll(environment);
        this.process = builder.start();
        Thread.ofVirtual().start(this::collectLines);
    }

    /**
     * What this JVM was told of its compilers, told on. The tests' build leaves the second one out: of processes that live for seconds it
     * takes more of the processor than it gives back.
     */
    static List<String> ownCompilers() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-XX:TieredStopAtLevel="))
                .toList();
    }

    static WeirProcess serve(String... options) throws IOException {
        return serveWith(Map.of(), options);
    }

    /** With variables in its environment, which is its engine's, too. */
    static WeirProcess serveWith(Map<String, String> environment, String... options) throws IOException {
        return new WeirProcess("serve", List.of(), environment, freePort(), freePort(), List.of(options));
    }

    static WeirProcess serveOn(int port, String... options) throws IOException {
        return new WeirProcess("serve", List.of(), Map.of(), port, freePort(), List.of(options));
    }

    /** A control plane alone, before engines that run elsewhere, with a heap so small that what it keeps is soon seen. */
    static WeirProcess control(String... options) throws IOException {
        return new WeirProcess("control", List.of("-Xmx128m"), Map.of(), freePort(), 0, List.of(options));
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    long pid() {
        return process.pid();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    URI engineUri(String path) {
        return URI.create("http://127.0.0.1:" + enginePort + path);
    }

    WeirProcess awaitReady() throws InterruptedException {
        awaitLine("Weir is ready at ");
        return this;
    }

    /** The administrator's key, which it printed before it was ready. */
    String adminKey() {
        return seen.stream()
                .filter(line -> line.contains(KEY))
                .map(line -> line.substring(line.indexOf(KEY) + KEY.length()).strip())
                .findFirst()
                .orElseThrow(() -> new AssertionError("weir printed no key but:\n" + String.join("\n", seen)));
    }

    String awaitLine(String part) throws InterruptedException {
        while (true) {
            String line = lines.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("weir never printed '" + part + "' but:\n" + String.join("\n", seen));
            }
            seen.add(line);
            if (line.contains(part)) {
                return line;
            }
        }
    }

    /** The engine that runs now. */
    ProcessHandle engine() {
        return process.children().findFirst().orElseThrow(() -> new AssertionError("weir has no engine"));
    }

    void terminate() {
        process.toHandle().destroy();
    }

    /** Through the handle: Process's own method would close the output under whoever reads it. */
    void killHard() {
        process.toHandle().destroyForcibly();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(WAIT_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new AssertionError("weir does not exit");
        }
        return process.exitValue();
    }

    /** What it has printed, once it has exited. */
    List<String> output() {
        lines.drainTo(seen);
        return List.copyOf(seen);
    }

    @Override
    public void close() {
        process.toHandle().destroy();
        try {
            if (!process.waitFor(WAIT_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.toHandle().destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void collectLines() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
