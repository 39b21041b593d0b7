package dev.weir.control.drift;

import dev.weir.control.drift.DriftFinding.Scope;
import dev.weir.control.drift.DriftStore.Counted;
import dev.weir.control.drift.DriftStore.Days;
import dev.weir.control.statistics.AssignmentEvidence;
import dev.weir.control.statistics.Interval;
import dev.weir.control.statistics.Proportion;
import java.time.DayOfWeek;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rates of what should be rare, looked at as often as anybody likes: since Monday, against the four weeks before, whose 99 % interval holds the
 * old rate. The evidence against a rate is an e-process; against every rate of the interval it is at least that against the rate that explains
 * what is seen best. It begins anew every Monday, so that a watch errs at most once in a thousand weeks. A rate that has certainly moved, but by
 * less than a point or a quarter of itself, matters to nobody. Blocking.
 */
public final class RateWatch {
    private static final Set<Signal> WATCHED = Set.of(Signal.REFUSAL, Signal.INJECTION, Signal.HALLUCINATION);
    private static final String YES = Signal.of(true);
    private static final int REFERENCE_DAYS = 28;
    private static final long REFERENCE_COUNT_MIN = 200;
    private static final double Z = 2.5758;
    private static final double ALPHA = 0.001;
    private static final double RATE_MIN = 1e-6;
    private static final double MOVE_MIN = 0.01;
    private static final double RELATIVE_MOVE_MIN = 0.25;

    private final DriftStore store;
    private final InstantSource clock;

    public RateWatch(DriftStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * A rate.
     *
     * @param judgeVersion who says so, of what a judge says; empty otherwise
     * @param log10E the evidence that it has moved; 3 is what it takes
     */
    public record Rate(
            Scope scope,
            Signal signal,
            String judgeVersion,
            Verdict verdict,
            double log10E,
            Proportion reference,
            Proportion now) {}

    /** Whether it has moved. */
    public enum Verdict {
        TOO_FEW,
        STEADY,
        MOVED
    }

    private record Key(Scope scope, Signal signal, String judgeVersion) {}

    /** Of every model, of every tenant's answers and of all, where there are any of this week and of the time before. */
    public List<Rate> all() {
        LocalDate today = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
        LocalDate monday = today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        Map<Key, long[]> sums = new LinkedHashMap<>();
        for (Counted counted : store.counted(
                List.of(new Days(monday.minusDays(REFERENCE_DAYS), monday.minusDays(1)), new Days(monday, today)))) {
            if (WATCHED.contains(counted.signal())) {
                add(sums, counted, counted.tenant());
                add(sums, counted, Scope.ALL);
            }
        }
        List<Rate> rates = new ArrayList<>();
        sums.forEach((key, sum) -> {
            if (sum[1] > 0 && sum[3] > 0) {
                rates.add(rate(key, new Proportion(sum[0], sum[1]), new Proportion(sum[2], sum[3])));
            }
        });
        return rates;
    }

    /**
     * How often the answer to a question of yes and no was yes, over the last days with today, for all models together; of what judges say, by the
     * one that has said most, since what two of them say is no one rate.
     */
    public Optional<Proportion> since(Signal signal, int days) {
        LocalDate today = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
        Map<String, long[]> sums = new LinkedHashMap<>();
        for (Counted counted : store.counted(List.of(new Days(today.minusDays(days - 1), today)))) {
            if (counted.signal() == signal) {
                long[] sum = sums.computeIfAbsent(counted.judgeVersion(), _ -> new long[2]);
                sum[0] += counted.bin().equals(YES) ? counted.counts().get(0) : 0;
                sum[1] += counted.counts().get(0);
            }
        }
        return sums.values().stream()
                .filter(sum -> sum[1] > 0)
                .max(Comparator.comparingLong(sum -> sum[1]))
                .map(sum -> new Proportion(sum[0], sum[1]));
    }

    private static void add(Map<Key, long[]> sums, Counted counted, String tenant) {
        long[] sum = sums.computeIfAbsent(
                new Key(new Scope(counted.model(), tenant, Scope.ALL), counted.signal(), counted.judgeVersion()),
                _ -> new long[4]);
        for (int period = 0; period < 2; period++) {
            sum[2 * period] += counted.bin().equals(YES) ? counted.counts().get(period) : 0;
            sum[2 * period + 1] += counted.counts().get(period);
        }
    }

    private static Rate rate(Key key, Proportion reference, Proportion now) {
        Interval old = reference.wilson(Z);
        double nearest = Math.clamp(now.share(), Math.max(RATE_MIN, old.lower()), Math.min(1 - RATE_MIN, old.upper()));
        AssignmentEvidence evidence =
                AssignmentEvidence.expecting(nearest, 1 - nearest).after(now.badCount(), now.count() - now.badCount());
        double move = Math.abs(now.share() - reference.share());
        boolean matters = move >= MOVE_MIN && move >= RELATIVE_MOVE_MIN * reference.share();
        Verdict verdict = reference.count() < REFERENCE_COUNT_MIN
                ? Verdict.TOO_FEW
                : matters && evidence.reaches(ALPHA) ? Verdict.MOVED : Verdict.STEADY;
        return new Rate(
                key.scope(), key.signal(), key.judgeVersion(), verdict, evidence.logE() / Math.log(10), reference, now);
    }
}
