package dev.weir.control;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What a JVM's memory does over time: its heap right after a collection, and what the system holds for it. Linux only. */
final class ProcessMemory {
    private static final double BYTES_PER_MIB = 1 << 20;
    private static final double KIB_PER_MIB = 1 << 10;
    private static final double SECONDS_PER_HOUR = 3600;

    private record Sample(double seconds, double heapMib, double residentMib) {}

    private final long pid;
    private final long begunNanos = System.nanoTime();
    private final List<Sample> samples = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();

    ProcessMemory(long pid) {
        this.pid = pid;
    }

    /** Has the process collect its garbage, and looks what is left. */
    void sample(URI metrics) throws IOException, InterruptedException {
        new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.run")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        double heapBytes = http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
        double residentKib = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
                .sum();
        samples.add(new Sample(
                (System.nanoTime() - begunNanos) / 1e9, heapBytes / BYTES_PER_MIB, residentKib / KIB_PER_MIB));
    }

    /** Files, sockets and all else that has a descriptor. */
    long openFileCount() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return descriptors.count();
        }
    }

    double heapGrowthMib() {
        return growth(Sample::heapMib);
    }

    double residentGrowthMib() {
        return growth(Sample::residentMib);
    }

    /** By the line of least squares through all samples but those of the first quarter, in which caches fill. */
    private double growth(ToDoubleFunction<Sample> of) {
        List<Sample> warm = warm();
        return slope(warm, of) * (warm.getLast().seconds() - warm.getFirst().seconds());
    }

    private List<Sample> warm() {
        return samples.subList(samples.size() / 4, samples.size());
    }

    private static double slope(List<Sample> warm, ToDoubleFunction<Sample> of) {
        double meanSeconds =
                warm.stream().mapToDouble(Sample::seconds).average().orElse(0);
        double mean = warm.stream().mapToDouble(of).average().orElse(0);
        double products = warm.stream()
                .mapToDouble(sample -> (sample.seconds() - meanSeconds) * (of.applyAsDouble(sample) - mean))
                .sum();
        double squares = warm.stream()
                .mapToDouble(sample -> (sample.seconds() - meanSeconds) * (sample.seconds() - meanSeconds))
                .sum();
        return squares == 0 ? 0 : products / squares;
    }

    String summary() {
        List<Sample> warm = warm();
        return String.format(
                Locale.ROOT,
                "heap after GC %s MiB (slope %+.1f MiB/h), RSS %s MiB (slope %+.1f MiB/h), %d samples",
                series(Sample::heapMib),
                slope(warm, Sample::heapMib) * SECONDS_PER_HOUR,
                series(Sample::residentMib),
                slope(warm, Sample::residentMib) * SECONDS_PER_HOUR,
                samples.size());
    }

    private String series(ToDoubleFunction<Sample> of) {
        return String.format(
                Locale.ROOT, "%.1f .. %.1f", of.applyAsDouble(samples.getFirst()), of.applyAsDouble(samples.getLast()));
    }
}
