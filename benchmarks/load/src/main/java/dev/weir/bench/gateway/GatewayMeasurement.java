package dev.weir.bench.gateway;

import dev.weir.bench.server.UnreachableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/** Requests and streams, each directly and through the control plane. */
public record GatewayMeasurement(Plan plan, Pair requests, Pair streams, Cost cost) {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double BYTES_PER_MIB = 1 << 20;

    /** How much is asked. */
    public record Plan(int ratePerSecond, int streamsPerSecond, double seconds, int roundCount, double warmUpSeconds) {
        public Plan {
            if (ratePerSecond < 1
                    || streamsPerSecond < 1
                    || roundCount < 1
                    || !(seconds > 0)
                    || !(warmUpSeconds >= 0)) {
                throw new IllegalArgumentException("rates, rounds and seconds must be above 0");
            }
        }
    }

    /** Both ways. */
    record Pair(Latencies direct, Latencies through) {}

    /** What the control plane itself took: of one core for each whole answer that counted, and of memory at the end. */
    record Cost(double cpuMicrosPerRequest, long residentBytes) {}

    /** Starts an upstream and a control plane before it, and measures. */
    public static GatewayMeasurement run(Path jar, List<String> java, List<String> options, Plan plan)
            throws Exception {
        if (!Files.isReadable(jar)) {
            throw new UnreachableException("there is no control plane at " + jar + ": ./weir bench gateway builds it");
        }
        Path directory = Files.createTempDirectory("weir-gateway");
        try (ScriptedUpstream upstream = new ScriptedUpstream();
                ControlPlaneProcess weir = new ControlPlaneProcess(jar, upstream.url(), directory, java, options)) {
            String key = weir.awaitKey();
            weir.limit("REQUESTS", "MINUTE");
            weir.limit("OUTPUT_TOKENS", "DAY");
            LongAdder cpuNanos = new LongAdder();
            Pair requests = measure(upstream, weir, key, plan, false, plan.ratePerSecond(), cpuNanos);
            double cpuMicros = cpuNanos.sum()
                    / NANOS_PER_MICRO
                    / Math.max(1, requests.through().ofWholes().getTotalCount());
            return new GatewayMeasurement(
                    plan,
                    requests,
                    measure(upstream, weir, key, plan, true, plan.streamsPerSecond(), new LongAdder()),
                    new Cost(cpuMicros, weir.residentBytes()));
        } finally {
            delete(directory);
        }
    }

    /** Rounds take turns, and so does who begins: whatever else the machine does meets both. */
    private static Pair measure(
            ScriptedUpstream upstream,
            ControlPlaneProcess weir,
            String key,
            Plan plan,
            boolean streams,
            int perSecond,
            LongAdder cpuNanos) {
        Pair pair = new Pair(new Latencies(), new Latencies());
        try (OpenLoop direct = new OpenLoop(upstream.url(), key, streams);
                OpenLoop through = new OpenLoop(weir.url(), key, streams)) {
            direct.run(perSecond, plan.warmUpSeconds() / 2, new Latencies());
            through.run(perSecond, plan.warmUpSeconds(), new Latencies());
            for (int round = 0; round < plan.roundCount(); round++) {
                if (round % 2 == 0) {
                    direct.run(perSecond, plan.seconds(), pair.direct());
                }
                long before = weir.cpuNanos();
                through.run(perSecond, plan.seconds(), pair.through());
                cpuNanos.add(weir.cpuNanos() - before);
                if (round % 2 == 1) {
                    direct.run(perSecond, plan.seconds(), pair.direct());
                }
            }
        }
        return pair;
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** How many requests failed. */
    public long failureCount() {
        return requests.direct().failureCount()
                + requests.through().failureCount()
                + streams.direct().failureCount()
                + streams.through().failureCount();
    }

    /** A table. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%d requests/s and %d streams/s, open-loop, %d rounds of %.0f s each way%n%n",
                plan.ratePerSecond(),
                plan.streamsPerSecond(),
                plan.roundCount(),
                plan.seconds()));
        text.append(String.format(
                Locale.ROOT, "%-34s | %8s | %8s | %8s | %s%n", "milliseconds", "p50", "p90", "p99", "count"));
        rows(
                text,
                "whole answer",
                requests.direct().ofWholes(),
                requests.through().ofWholes());
        rows(
                text,
                "stream, to the first event",
                streams.direct().ofFirsts(),
                streams.through().ofFirsts());
        rows(
                text,
                "stream, an event's way",
                streams.direct().ofEvents(),
                streams.through().ofEvents());
        text.append(String.format(
                Locale.ROOT,
                "%njitter between events (p99 - p50 of their way): direct %.3f, through %.3f, added %.3f%n",
                jitter(streams.direct().ofEvents()),
                jitter(streams.through().ofEvents()),
                jitter(streams.through().ofEvents()) - jitter(streams.direct().ofEvents())));
        text.append(String.format(
                Locale.ROOT,
                "the control plane took %.0f us of a core for each whole answer, and %.0f MiB of memory%n",
                cost.cpuMicrosPerRequest(),
                cost.residentBytes() / BYTES_PER_MIB));
        if (failureCount() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d failed: %s %s%n",
                    failureCount(),
                    requests.through().lastFailure(),
                    streams.through().lastFailure()));
        }
        return text.toString();
    }

    private static void rows(StringBuilder text, String what, Histogram direct, Histogram through) {
        row(text, what + ", direct", direct);
        row(text, what + ", through", through);
        text.append(String.format(
                Locale.ROOT,
                "%-34s | %8.3f | %8.3f | %8.3f |%n",
                what + ", added",
                millis(through, 50) - millis(direct, 50),
                millis(through, 90) - millis(direct, 90),
                millis(through, 99) - millis(direct, 99)));
    }

    private static void row(StringBuilder text, String what, Histogram nanos) {
        text.append(String.format(
                Locale.ROOT,
                "%-34s | %8.3f | %8.3f | %8.3f | %d%n",
                what,
                millis(nanos, 50),
                millis(nanos, 90),
                millis(nanos, 99),
                nanos.getTotalCount()));
    }

    private static double jitter(Histogram events) {
        return millis(events, 99) - millis(events, 50);
    }

    private static double millis(Histogram nanos, double percent) {
        return nanos.getTotalCount() == 0 ? Double.NaN : (double) nanos.getValueAtPercentile(percent) / NANOS_PER_MILLI;
    }
}
