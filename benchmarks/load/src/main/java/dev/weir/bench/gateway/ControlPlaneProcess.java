package dev.weir.bench.gateway;

import dev.weir.bench.server.UnreachableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A control plane in a process of its own before one upstream: callers need a key, have limits, and are counted. */
final class ControlPlaneProcess implements AutoCloseable {
    private static final int START_SECONDS_MAX = 120;
    private static final String KEY = "WEIR_API_KEY=";

    private final Process process;
    private final URI url;
    private final CompletableFuture<String> key = new CompletableFuture<>();
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();

    /** Starts it, as ./weir would. */
    ControlPlaneProcess(Variant variant, URI upstream, Path directory) throws IOException {
        int port = freePort();
        url = URI.create("http://127.0.0.1:" + port);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Path jvmOptions = variant.home().resolve("control-plane/jvm.options");
        if (Files.exists(jvmOptions)) {
            command.add("@" + jvmOptions);
        }
        command.addAll(variant.java());
        command.addAll(List.of(
                "-Dweir.home=" + variant.home(),
                "-jar",
                variant.jar().toString(),
                "control",
                "--port=" + port,
                "--engine=" + upstream,
                "--data-directory=" + directory));
        command.addAll(variant.options());
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread.ofVirtual().name("control-plane").start(this::read);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void read() {
        String last = "nothing";
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line.isBlank() ? last : line;
                int at = line.indexOf(KEY);
                if (at >= 0) {
                    key.complete(line.substring(at + KEY.length()).strip());
                }
                if (line.contains("ready")) {
                    ready.complete(true);
                }
            }
        } catch (IOException _) {
            // its end is told below
        }
        UnreachableException over = new UnreachableException("the control plane ended; it said last: " + last);
        key.completeExceptionally(over);
        ready.completeExceptionally(over);
    }

    URI url() {
        return url;
    }

    /** Its administrator's key, once it answers. */
    String awaitKey() throws Exception {
        ready.get(START_SECONDS_MAX, TimeUnit.SECONDS);
        return key.get(START_SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** What it has computed, in nanoseconds of one core. */
    long cpuNanos() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    /** Memory that it has, in bytes; 0 where the system does not say. */
    long residentBytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }

    /** A limit that every request is checked against and none reaches. */
    void limit(String metric, String period) throws IOException, InterruptedException {
        String body = "{\"tenant\":\"default\",\"metric\":\"" + metric + "\",\"period\":\"" + period
                + "\",\"max\":1000000000}";
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(url.resolve("/admin/limits"))
                    .header("authorization", "Bearer " + key.getNow(""))
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IllegalStateException("no limit could be set: " + answer.body());
            }
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
        }
    }
}
