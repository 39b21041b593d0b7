package dev.weir.bench.gateway;

import dev.weir.bench.gateway.GatewayReport.Asked;
import dev.weir.bench.gateway.GatewayReport.Row;
import dev.weir.bench.gateway.OpenLoop.Limits;
import dev.weir.bench.server.UnreachableException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Requests and streams, directly and through every variant of the control plane, in turn. All of them run all the time, and wait while it is
 * another's turn.
 */
public final class GatewayMeasurement implements AutoCloseable {
    private static final double NANOS_PER_MICRO = 1e3;

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

    private final Plan plan;
    private final Path folder = Files.createTempDirectory("weir-gateway");
    private final ScriptedUpstream upstream = new ScriptedUpstream();
    private final List<Variant> variants = new ArrayList<>();
    private final List<ControlPlaneProcess> running = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    /** Of whole answers and of streams alike: a cache may tell either from the other. */
    private final AtomicLong questions = new AtomicLong();

    private GatewayMeasurement(Plan plan) throws IOException {
        this.plan = plan;
    }

    /**
     * Starts an upstream and the control planes before it, and measures.
     *
     * @param ladder whether to climb it from the first variant
     */
    public static GatewayReport run(List<Variant> variants, boolean ladder, Plan plan) throws Exception {
        try (GatewayMeasurement measurement = new GatewayMeasurement(plan)) {
            measurement.variants.addAll(variants);
            if (ladder) {
                measurement.variants.addAll(
                        Ladder.above(variants.getFirst(), measurement.folder, measurement.upstream.collector()));
            }
            measurement.start();
            return measurement.measure();
        }
    }

    private void start() throws Exception {
        for (Variant variant : variants) {
            if (!Files.isReadable(variant.jar())) {
                throw new UnreachableException(
                        "there is no control plane at " + variant.jar() + ": ./weir bench gateway builds it");
            }
            running.add(new ControlPlaneProcess(variant, upstream.url(), folder.resolve("data-" + running.size())));
        }
        for (ControlPlaneProcess weir : running) {
            keys.add(weir.awaitKey());
            weir.limit("REQUESTS", "MINUTE");
            weir.limit("OUTPUT_TOKENS", "DAY");
        }
    }

    private GatewayReport measure() throws IOException, InterruptedException {
        long[] cpuNanos = new long[variants.size() + 1];
        List<Rounds> requests = ask(false, plan.ratePerSecond(), cpuNanos);
        List<Rounds> streams = ask(true, plan.streamsPerSecond(), new long[cpuNanos.length]);
        List<Row> rows = new ArrayList<>();
        for (int way = 1; way <= variants.size(); way++) {
            Asked through = new Asked(requests.get(way), streams.get(way));
            double micros = cpuNanos[way]
                    / NANOS_PER_MICRO
                    / Math.max(1, through.requests().answerCount());
            rows.add(new Row(
                    variants.get(way - 1).name(),
                    through,
                    micros,
                    running.get(way - 1).residentBytes()));
        }
        return new GatewayReport(new Asked(requests.getFirst(), streams.getFirst()), rows);
    }

    /** Way 0 is the direct one. In each round another one begins: whatever else the machine does meets all of them. */
    private List<Rounds> ask(boolean stream, int perSecond, long[] cpuNanos) throws IOException, InterruptedException {
        List<Rounds> taken = new ArrayList<>();
        List<OpenLoop> loops = new ArrayList<>();
        try {
            List<Integer> order = new ArrayList<>();
            for (int way = 0; way < cpuNanos.length; way++) {
                taken.add(new Rounds());
                loops.add(loop(way, stream));
                order.add(way);
                loops.get(way).run(perSecond, plan.warmUpSeconds(), new Latencies());
            }
            for (int round = 0; round < plan.roundCount(); round++) {
                for (int way : order) {
                    long before = cpuNanos(way);
                    loops.get(way).run(perSecond, plan.seconds(), taken.get(way).next());
                    cpuNanos[way] += cpuNanos(way) - before;
                }
                Collections.rotate(order, 1);
            }
        } finally {
            loops.forEach(OpenLoop::close);
        }
        return taken;
    }

    private OpenLoop loop(int way, boolean stream) throws IOException {
        if (way == 0) {
            return new OpenLoop(upstream.url(), "key", ScriptedUpstream.MODEL, stream, questions, Limits.USUAL);
        }
        URI url = running.get(way - 1).url();
        return new OpenLoop(url, keys.get(way - 1), variants.get(way - 1).model(), stream, questions, Limits.USUAL);
    }

    private long cpuNanos(int way) {
        return way == 0 ? 0 : running.get(way - 1).cpuNanos();
    }

    @Override
    public void close() throws IOException {
        running.forEach(ControlPlaneProcess::close);
        upstream.close();
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
