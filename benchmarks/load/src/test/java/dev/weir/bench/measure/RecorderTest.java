package dev.weir.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.bench.load.Answer;
import dev.weir.bench.load.FailureKind;
import dev.weir.bench.load.Load;
import dev.weir.bench.load.LoadRun;
import dev.weir.bench.load.Sample;
import dev.weir.bench.load.ScriptedServer;
import dev.weir.bench.load.Stamps;
import dev.weir.bench.load.TokenUsage;
import dev.weir.bench.load.VirtualTimeline;
import dev.weir.bench.workload.Message;
import dev.weir.bench.workload.Session;
import dev.weir.bench.workload.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RecorderTest {
    private static final long MILLI = 1_000_000;
    private static final int REQUESTS = 5_000;
    private static final int TOKENS = 9;

    private final VirtualTimeline timeline = new VirtualTimeline();
    private final Recorder recorder = new Recorder();

    /** The promise of the harness: 1 ms and 1 %. */
    private static Offset<Double> promised(double millis) {
        return within(1 + 0.01 * millis);
    }

    private RunResult run(ScriptedServer.Script script, Goodput goodput) {
        Turn turn = new Turn(List.of(new Message("user", "hello")), TOKENS);
        List<Session> sessions = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            sessions.add(Session.of(turn));
        }
        Load load = new Load.Open(200, Load.Arrivals.POISSON);
        ScriptedServer server = new ScriptedServer(timeline, script);
        CompletableFuture<LoadRun.Span> done = new LoadRun(timeline, server, load, sessions, 3, recorder).start();
        timeline.run();
        return recorder.result(load, 3, done.join(), goodput);
    }

    /** Request i has its first token after a time that is known and irregular, and the gap between its tokens too. */
    private static final class Irregular implements ScriptedServer.Script {
        private final long[] firstNanos = new long[REQUESTS];
        private final long[] gapNanos = new long[REQUESTS];

        Irregular() {
            SplittableRandom random = new SplittableRandom(17);
            for (int i = 0; i < REQUESTS; i++) {
                firstNanos[i] = Math.round(40 * MILLI * Math.exp(random.nextGaussian()));
                gapNanos[i] = Math.round(12 * MILLI * Math.exp(0.5 * random.nextGaussian()));
            }
        }

        @Override
        public long firstPieceNanos(int callIndex, long nowNanos) {
            return nowNanos + firstNanos[callIndex];
        }

        @Override
        public long gapNanos(int callIndex) {
            return gapNanos[callIndex];
        }

        double[] sortedMillis(Metric metric) {
            double[] millis = new double[REQUESTS];
            for (int i = 0; i < REQUESTS; i++) {
                long nanos = switch (metric) {
                    case TTFT -> firstNanos[i];
                    case TPOT, ITL -> gapNanos[i];
                    case E2EL -> firstNanos[i] + (TOKENS - 1) * gapNanos[i];
                    case LATE -> 0;
                };
                millis[i] = nanos / 1e6;
            }
            java.util.Arrays.sort(millis);
            return millis;
        }
    }

    @Test
    void percentilesAreThoseOfTheServersScript() {
        Irregular script = new Irregular();
        RunResult result = run(script, Goodput.NONE);

        for (Metric metric : Metric.values()) {
            double[] millis = script.sortedMillis(metric);
            Distribution latency = result.latency(metric);
            assertThat(latency.p50()).as(metric + " p50").isCloseTo(at(millis, 50), promised(at(millis, 50)));
            assertThat(latency.p90()).as(metric + " p90").isCloseTo(at(millis, 90), promised(at(millis, 90)));
            assertThat(latency.p95()).as(metric + " p95").isCloseTo(at(millis, 95), promised(at(millis, 95)));
            assertThat(latency.p99()).as(metric + " p99").isCloseTo(at(millis, 99), promised(at(millis, 99)));
            assertThat(latency.max()).as(metric + " max").isCloseTo(at(millis, 100), promised(at(millis, 100)));
        }
        assertThat(result.latency(Metric.ITL).count()).isEqualTo((long) REQUESTS * (TOKENS - 1));
    }

    private static double at(double[] sorted, double percent) {
        return sorted[(int) Math.ceil(percent / 100 * sorted.length) - 1];
    }

    @Test
    void ratesAreOverTheWholeRun() {
        RunResult result = run(new Irregular(), Goodput.NONE);

        assertThat(result.completed()).isEqualTo(REQUESTS);
        assertThat(result.durationSeconds()).isCloseTo(REQUESTS / 200.0, within(1.5));
        assertThat(result.requestsPerSecond() * result.durationSeconds()).isCloseTo(REQUESTS, within(1e-6));
        assertThat(result.outputTokensPerSecond() * result.durationSeconds())
                .isCloseTo(REQUESTS * TOKENS, within(1e-6));
        assertThat(result.totalTokensPerSecond() * result.durationSeconds())
                .isCloseTo(REQUESTS * (TOKENS + 1), within(1e-6));
    }

    @Test
    void bucketsHoldEveryValueWithinTheirBounds() {
        Distribution latency = run(new Irregular(), Goodput.NONE).latency(Metric.TTFT);

        assertThat(latency.buckets().stream()
                        .mapToLong(Distribution.Bucket::count)
                        .sum())
                .isEqualTo(REQUESTS);
        double below = latency.buckets().stream()
                .filter(bucket -> bucket.toMillis() <= 40.4)
                .mapToLong(Distribution.Bucket::count)
                .sum();
        assertThat(below / REQUESTS).as("the script's median is 40 ms").isLessThanOrEqualTo(0.52);
        for (int i = 1; i < latency.buckets().size(); i++) {
            assertThat(latency.buckets().get(i).aboveMillis())
                    .isGreaterThanOrEqualTo(latency.buckets().get(i - 1).toMillis() * 0.999);
        }
    }

    @Test
    void goodRequestsKeepEveryLimit() {
        RunResult result = run(new Irregular(), Goodput.parse("ttft:50ms,tpot:15ms"));

        long good = result.rows().stream()
                .filter(row -> row.ttftMillis() <= 50 && row.tpotMillis() <= 15)
                .count();
        assertThat(good).isBetween(REQUESTS / 4L, 3L * REQUESTS / 4);
        assertThat(result.goodput()).hasValue(good / result.durationSeconds());
    }

    @Test
    void tokensInOneChunkAreTheServersCountAndNotTheChunks() {
        Stamps pieces = new Stamps();
        pieces.add(10 * MILLI);
        pieces.add(40 * MILLI);
        recorder.accept(
                new Sample(0, 0, 0, new Answer.Completed(0, pieces, 41 * MILLI, new TokenUsage(5, 0, 7, true), "x")));
        RunResult result = recorder.result(new Load.Closed(1), 1, new LoadRun.Span(0, 41 * MILLI), Goodput.NONE);

        assertThat(result.outputTokens()).isEqualTo(7);
        assertThat(result.chunks()).isEqualTo(2);
        assertThat(result.tokensFromChunks()).isZero();
        assertThat(result.latency(Metric.TPOT).p50()).isCloseTo(5, promised(5));
        assertThat(result.latency(Metric.ITL).p50()).isCloseTo(30, promised(30));
    }

    @Test
    void anAnswerOfOneTokenHasNoTimePerTokenAndKeepsEveryLimitOnIt() {
        Stamps pieces = new Stamps();
        pieces.add(10 * MILLI);
        recorder.accept(new Sample(0, 0, 0, new Answer.Completed(0, pieces, 11 * MILLI, TokenUsage.ofChunks(1), "x")));
        RunResult result =
                recorder.result(new Load.Closed(1), 1, new LoadRun.Span(0, 1_000 * MILLI), Goodput.parse("tpot:1ms"));

        assertThat(result.latency(Metric.TPOT).count()).isZero();
        assertThat(result.goodput()).hasValue(1.0);
        assertThat(result.tokensFromChunks()).isEqualTo(1);
    }

    @Test
    void failuresAreCountedByKindAndLeaveLatenciesAlone() {
        recorder.accept(new Sample(0, 0, 0, new Answer.Failed(FailureKind.OVERLOADED, "429: full", MILLI)));
        recorder.accept(new Sample(1, 0, 0, new Answer.Failed(FailureKind.OVERLOADED, "429: still full", MILLI)));
        recorder.accept(new Sample(2, 0, 0, new Answer.Failed(FailureKind.TIMEOUT, "late", MILLI)));
        RunResult result = recorder.result(new Load.Closed(1), 1, new LoadRun.Span(0, MILLI), Goodput.NONE);

        assertThat(result.failures()).containsEntry(FailureKind.OVERLOADED, 2).containsEntry(FailureKind.TIMEOUT, 1);
        assertThat(result.failureExamples()).containsEntry(FailureKind.OVERLOADED, "429: full");
        assertThat(result.failed()).isEqualTo(3);
        assertThat(result.latency(Metric.E2EL).count()).isZero();
    }
}
