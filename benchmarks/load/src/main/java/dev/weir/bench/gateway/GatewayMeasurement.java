package dev.weir.bench.gateway;

import dev.weir.bench.gateway.GatewayReport.Asked;
import dev.weir.bench.gateway.GatewayReport.Quiet;
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
import java.util.stream.Stream;

/**
 * Requests and streams, directly and through every variant of the control plane, in turn. All of them run all the time, and wait while it is
 * another's turn.
 */
public final class GatewayMeasurement implements AutoCloseable {
    private static final double NANOS_PER_MICRO = 1e3;
    private static final int TIMES_AS_MANY_ROUNDS_MAX = 3;

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
        Load requests = ask(false, plan.ratePerSecond());
        Load streams = ask(true, plan.streamsPerSecond());
        List<Row> rows = new ArrayList<>();
        for (int way = 1; way <= variants.size(); way++) {
            Asked through = new Asked(requests.rounds(way), streams.rounds(way));
            double micros = requests.cpuNanos(way)
                    / NANOS_PER_MICRO
                    / Math.max(1, through.requests().answerCount());
            rows.add(new Row(
                    variants.get(way - 1).name(),
                    through,
                    micros,
                    running.get(way - 1).residentBytes()));
        }
        return new GatewayReport(
                new Asked(requests.rounds(0), streams.rounds(0)),
                rows,
                List.of(requests.quiet("requests"), streams.quiet("streams")));
    }

    /** All rounds of one kind of load, and those that count. */
    private record Load(List<Turn> turns, List<Turn> counted) {
        Rounds rounds(int way) {
            List<Turn> others = new ArrayList<>(turns);
            others.removeAll(counted);
            return new Rounds(of(counted, way), of(others, way));
        }

        private static List<Latencies> of(List<Turn> turns, int way) {
            return turns.stream().map(turn -> turn.ways().get(way)).toList();
        }

        double cpuNanos(int way) {
            return counted.stream()
                    .mapToDouble(turn -> turn.cpuNanos().get(way))
                    .sum();
        }

        Quiet quiet(String what) {
            return new Quiet(
                    what, turns.size(), counted.size(), counted.getLast().stolenShare());
        }
    }

    /**
     * Way 0 is the direct one. In each round another one begins: whatever else the machine does meets all of them. Where the host disturbs too
     * many rounds, there are more.
     */
    private Load ask(boolean stream, int perSecond) throws IOException, InterruptedException {
        List<Turn> turns = new ArrayList<>();
        List<OpenLoop> loops = new ArrayList<>();
        try {
            List<Integer> order = new ArrayList<>();
            for (int way = 0; way <= variants.size(); way++) {
                loops.add(loop(way, stream));
                order.add(way);
                loops.get(way).run(perSecond, plan.warmUpSeconds(), new Latencies());
            }
            int roundsMax = plan.roundCount() * TIMES_AS_MANY_ROUNDS_MAX;
            while (turns.size() < roundsMax
                    && turns.stream().filter(Turn::quiet).count() < plan.roundCount()) {
                turns.add(turn(loops, order, perSecond));
                Collections.rotate(order, 1);
            }
        } finally {
            loops.forEach(OpenLoop::close);
        }
        return new Load(turns, Turn.quietest(turns, plan.roundCount()));
    }

    private Turn turn(List<OpenLoop> loops, List<Integer> order, int perSecond) throws InterruptedException {
        List<Latencies> ways =
                Stream.generate(Latencies::new).limit(loops.size()).toList();
        Long[] cpuNanos = new Long[loops.size()];
        ProcessorTime begun = ProcessorTime.now();
        for (int way : order) {
            long before = cpuNanos(way);
            loops.get(way).run(perSecond, plan.seconds(), ways.get(way));
            cpuNanos[way] = cpuNanos(way) - before;
        }
        return new Turn(ways, List.of(cpuNanos), ProcessorTime.now().stolenShareSince(begun));
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
