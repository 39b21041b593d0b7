package dev.weir.bench.measure;

import dev.weir.bench.load.Answer;
import dev.weir.bench.load.FailureKind;
import dev.weir.bench.load.Load;
import dev.weir.bench.load.LoadRun;
import dev.weir.bench.load.Sample;
import dev.weir.bench.load.Stamps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/** Takes a run's samples in, one by one. For one thread. */
public final class Recorder implements Consumer<Sample> {
    private static final long HIGHEST_MICROS = TimeUnit.HOURS.toMicros(2);
    private static final int SIGNIFICANT_DIGITS = 3;

    private final Map<Metric, Histogram> micros = new EnumMap<>(Metric.class);
    private final Map<FailureKind, Integer> failures = new EnumMap<>(FailureKind.class);
    private final Map<FailureKind, String> failureExamples = new EnumMap<>(FailureKind.class);
    private final List<Timed> completed = new ArrayList<>();
    private long promptTokens;
    private long cachedTokens;
    private long outputTokens;
    private long chunks;
    private int tokensFromChunks;

    /** A row whose time is still the timeline's. */
    private record Timed(long dueNanos, RequestRow row) {}

    public Recorder() {
        for (Metric metric : Metric.values()) {
            micros.put(metric, new Histogram(HIGHEST_MICROS, SIGNIFICANT_DIGITS));
        }
    }

    @Override
    public void accept(Sample sample) {
        switch (sample.answer()) {
            case Answer.Completed answer -> completed(sample, answer);
            case Answer.Failed failed -> {
                failures.merge(failed.kind(), 1, Integer::sum);
                failureExamples.putIfAbsent(failed.kind(), failed.detail());
            }
        }
    }

    private void completed(Sample sample, Answer.Completed answer) {
        Stamps pieces = answer.pieces();
        int tokens = answer.usage().outputTokens();
        long dueNanos = sample.dueNanos();
        record(Metric.LATE, answer.sentNanos() - dueNanos);
        record(Metric.TTFT, pieces.first() - dueNanos);
        record(Metric.E2EL, pieces.last() - dueNanos);
        double tpotNanos = tokens > 1 ? (double) (pieces.last() - pieces.first()) / (tokens - 1) : 0;
        if (tokens > 1) {
            record(Metric.TPOT, Math.round(tpotNanos));
        }
        for (int i = 1; i < pieces.count(); i++) {
            record(Metric.ITL, pieces.get(i) - pieces.get(i - 1));
        }
        promptTokens += answer.usage().promptTokens();
        cachedTokens += answer.usage().cachedTokens();
        outputTokens += tokens;
        chunks += pieces.count();
        tokensFromChunks += answer.usage().reported() ? 0 : 1;
        completed.add(new Timed(
                dueNanos,
                new RequestRow(
                        sample.session(),
                        sample.turn(),
                        0,
                        (pieces.first() - dueNanos) / 1e6,
                        tpotNanos / 1e6,
                        (pieces.last() - dueNanos) / 1e6,
                        answer.usage().promptTokens(),
                        tokens)));
    }

    private void record(Metric metric, long nanos) {
        long value = Math.clamp(Math.round(nanos / 1e3), 0, HIGHEST_MICROS);
        micros.computeIfPresent(metric, (_, histogram) -> {
            histogram.recordValue(value);
            return histogram;
        });
    }

    /** What the samples came to. */
    public RunResult result(Load load, long seed, LoadRun.Span span, Goodput goodput) {
        Map<Metric, Distribution> latencies = new EnumMap<>(Metric.class);
        micros.forEach((metric, histogram) -> latencies.put(metric, Distribution.of(histogram)));
        List<RequestRow> rows = rows(span.startNanos());
        double seconds = span.seconds();
        Optional<Double> good = goodput.judges()
                ? Optional.of(rows.stream().filter(goodput::isGood).count() / seconds)
                : Optional.empty();
        return new RunResult(
                load,
                seed,
                seconds,
                rows.size(),
                failures,
                failureExamples,
                promptTokens,
                cachedTokens,
                outputTokens,
                chunks,
                tokensFromChunks,
                latencies,
                good,
                rows);
    }

    private List<RequestRow> rows(long startNanos) {
        return completed.stream()
                .map(timed -> {
                    RequestRow row = timed.row();
                    return new RequestRow(
                            row.session(),
                            row.turn(),
                            (timed.dueNanos() - startNanos) / 1e9,
                            row.ttftMillis(),
                            row.tpotMillis(),
                            row.e2elMillis(),
                            row.promptTokens(),
                            row.outputTokens());
                })
                .sorted(Comparator.comparingInt(RequestRow::session).thenComparingInt(RequestRow::turn))
                .toList();
    }
}
