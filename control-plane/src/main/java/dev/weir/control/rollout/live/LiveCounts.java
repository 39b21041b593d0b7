package dev.weir.control.rollout.live;

import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.rollout.RolloutLimits;
import dev.weir.control.rollout.journal.AliasWeight;
import dev.weir.control.rollout.journal.Counted;
import dev.weir.control.rollout.live.Answered.Fault;
import dev.weir.control.statistics.ArmCounts;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this replica sees of rollouts, counted until somebody asks for it.
 *
 * <p>Whether a latency is bad is decided when it is measured, by 1.5 times the P95 that the baseline has had here for the last half an hour:
 * both arms by the same bound. While there is none, latencies cannot be read.
 *
 * <p>Thread-safety: everything is locked, and everything is short.
 */
public final class LiveCounts {
    private static final double SLOW_FACTOR = 1.5;
    /** Conversations of a stage that are known to have been counted; one that is forgotten may be counted twice. */
    private static final int CONVERSATIONS_MAX = 100_000;

    /** A judge outside Weir does not say that it is there; it judges. */
    private static final long JUDGE_SILENT_NANOS_MAX = Duration.ofMinutes(1).toNanos();

    private final ArmWeights weights;
    private final LongSupplier ticker;
    private final Map<String, Tally> tallies = new HashMap<>();
    private boolean judgeAvailable;
    private long judgedNanos;
    private boolean everJudged;

    /**
     * Nothing is counted yet.
     *
     * @param ticker nanoseconds that only go forward
     */
    public LiveCounts(ArmWeights weights, LongSupplier ticker) {
        this.weights = weights;
        this.ticker = ticker;
    }

    /** What was counted of a rollout under one weight. */
    public record Drained(String rolloutId, long weightRevision, Counted counted) {}

    /** What a judge says of an answer. */
    public record Judgement(boolean hallucination, boolean lowQuality) {}

    /** A conversation was routed to an arm. */
    public synchronized void routed(Arm arm, String tenant, String conversation) {
        watched(arm.rolloutId()).ifPresent(weight -> tallyOf(weight).routed(arm, tenant + '\n' + conversation));
    }

    /**
     * A version has answered. In the shadow only pairs count.
     *
     * @return what was counted of it, and whether it was bad
     */
    public synchronized Map<Metric, Boolean> answered(Arm arm, Answered answer) {
        return watched(arm.rolloutId())
                .filter(weight -> weight.candidateShare() > 0)
                .map(weight -> tallyOf(weight).answered(arm.candidate(), answer, ticker.getAsLong()))
                .orElse(Map.of());
    }

    /**
     * Both versions have answered the same request. After the shadow a pair is no evidence: its candidate's half was nobody's.
     *
     * @return what was counted of it, without the latencies of the candidate's first answers here: the controller leaves them out, too
     */
    public synchronized Map<Metric, ArmCounts> paired(String rolloutId, Answered baseline, Answered candidate) {
        return shadow(rolloutId)
                .map(weight -> tallyOf(weight).paired(baseline, candidate, ticker.getAsLong()))
                .orElse(Map.of());
    }

    /**
     * A judge was asked about an answer. In the shadow only pairs count.
     *
     * @param judgement null where it gave none
     */
    public synchronized void judged(Arm arm, @Nullable Judgement judgement) {
        noteJudge(judgement != null);
        watched(arm.rolloutId())
                .filter(weight -> weight.candidateShare() > 0)
                .ifPresent(weight -> tallyOf(weight).judged(arm.candidate(), judgement));
    }

    /**
     * A judge was asked about both versions' answers to the same request; where it gave no verdict there is none.
     *
     * @return what was counted of it
     */
    public synchronized Map<Metric, ArmCounts> judgedPair(
            String rolloutId, Optional<Judgement> baseline, Optional<Judgement> candidate) {
        noteJudge(baseline.isPresent() || candidate.isPresent());
        return shadow(rolloutId)
                .map(weight -> tallyOf(weight).judgedPair(baseline, candidate))
                .orElse(Map.of());
    }

    /** Whether a rollout is in the shadow, where only pairs count. */
    public boolean comparesPairs(String rolloutId) {
        return shadow(rolloutId).isPresent();
    }

    private Optional<AliasWeight> shadow(String rolloutId) {
        return watched(rolloutId).filter(weight -> weight.candidateShare() == 0);
    }

    private void noteJudge(boolean spoke) {
        everJudged |= spoke;
        judgedNanos = spoke ? ticker.getAsLong() : judgedNanos;
    }

    /** One that says so, or has judged a moment ago. */
    private boolean isJudgeThere() {
        return judgeAvailable || (everJudged && ticker.getAsLong() - judgedNanos < JUDGE_SILENT_NANOS_MAX);
    }

    /** Whether there is a judge, and it is calibrated. */
    public synchronized void judgeIs(boolean available) {
        judgeAvailable = available;
    }

    /** What was counted since the last time, of every rollout that goes on: nothing is something to say, too. */
    public synchronized Map<String, Drained> drain() {
        Map<String, Drained> drained = new LinkedHashMap<>();
        for (AliasWeight weight : weights.all()) {
            if (weight.watched()) {
                Tally tally = tallyOf(weight);
                drained.put(
                        weight.rolloutId(),
                        new Drained(
                                weight.rolloutId(),
                                weight.revision(),
                                tally.drain(isJudgeThere(), ticker.getAsLong())));
            }
        }
        tallies.keySet().retainAll(drained.keySet());
        return drained;
    }

    private Optional<AliasWeight> watched(String rolloutId) {
        return weights.all().stream()
                .filter(weight -> weight.watched() && weight.rolloutId().equals(rolloutId))
                .findFirst();
    }

    private Tally tallyOf(AliasWeight weight) {
        Tally tally = tallies.computeIfAbsent(weight.rolloutId(), _ -> new Tally());
        tally.under(weight.revision());
        return tally;
    }

    /** One rollout's counts. */
    private static final class Tally {
        private final Map<Metric, TrailingP95> latencies = new EnumMap<>(Metric.class);
        private final Map<Metric, ArmCounts> counts = new EnumMap<>(Metric.class);
        private final Set<String> conversations = new HashSet<>();
        private long revision = -1;
        private long[] units = new long[2];
        private long[] asked = new long[2];
        private long[] scored = new long[2];
        /** Pairs to come whose latencies tell of an engine that has just begun, and of no slice. */
        private long warmUpCount = RolloutLimits.DEFAULT.warmUpCount();

        /** Another weight divides conversations anew, and what was counted under the old one says nothing of it. */
        void under(long now) {
            if (revision != now) {
                revision = now;
                conversations.clear();
                clear();
            }
        }

        void routed(Arm arm, String conversation) {
            if (conversations.size() == CONVERSATIONS_MAX) {
                conversations.clear();
            }
            if (conversations.add(conversation)) {
                units[arm.candidate() ? 1 : 0]++;
            }
        }

        Map<Metric, Boolean> answered(boolean candidate, Answered answer, long nowNanos) {
            if (answer.fault() == Fault.THE_CALLERS) {
                return Map.of();
            }
            Map<Metric, Boolean> bad = new EnumMap<>(Metric.class);
            bad.put(Metric.ERROR, answer.fault() == Fault.OURS);
            timed(Metric.TIME_TO_FIRST_TOKEN, candidate, answer.firstTokenMicros(), nowNanos, bad);
            timed(Metric.TIME_PER_TOKEN, candidate, answer.perTokenMicros(), nowNanos, bad);
            timed(Metric.END_TO_END, candidate, answer.totalMicros(), nowNanos, bad);
            bad.forEach((metric, isBad) -> add(metric, one(candidate, isBad)));
            return bad;
        }

        private void timed(
                Metric metric, boolean candidate, OptionalLong micros, long nowNanos, Map<Metric, Boolean> bad) {
            if (micros.isEmpty()) {
                return;
            }
            OptionalDouble bound = bound(metric, nowNanos);
            if (!candidate) {
                latency(metric).add(micros.getAsLong(), nowNanos);
            }
            bound.ifPresent(most -> bad.put(metric, micros.getAsLong() > most));
        }

        Map<Metric, ArmCounts> paired(Answered baseline, Answered candidate, long nowNanos) {
            if (baseline.fault() == Fault.THE_CALLERS || candidate.fault() == Fault.THE_CALLERS) {
                return Map.of();
            }
            Map<Metric, ArmCounts> pair = new EnumMap<>(Metric.class);
            pair.put(Metric.ERROR, pair(candidate.fault() == Fault.OURS, baseline.fault() == Fault.OURS));
            pairTimed(
                    Metric.TIME_TO_FIRST_TOKEN,
                    baseline.firstTokenMicros(),
                    candidate.firstTokenMicros(),
                    nowNanos,
                    pair);
            pairTimed(Metric.TIME_PER_TOKEN, baseline.perTokenMicros(), candidate.perTokenMicros(), nowNanos, pair);
            pairTimed(Metric.END_TO_END, baseline.totalMicros(), candidate.totalMicros(), nowNanos, pair);
            pair.forEach(this::add);
            if (warmUpCount > 0 && pair.keySet().stream().anyMatch(Metric::isLatency)) {
                warmUpCount--;
                pair.keySet().removeIf(Metric::isLatency);
            }
            return pair;
        }

        private void pairTimed(
                Metric metric,
                OptionalLong baseline,
                OptionalLong candidate,
                long nowNanos,
                Map<Metric, ArmCounts> pair) {
            OptionalDouble bound = bound(metric, nowNanos);
            baseline.ifPresent(micros -> latency(metric).add(micros, nowNanos));
            if (bound.isPresent() && baseline.isPresent() && candidate.isPresent()) {
                double most = bound.getAsDouble();
                pair.put(metric, pair(candidate.getAsLong() > most, baseline.getAsLong() > most));
            }
        }

        void judged(boolean candidate, @Nullable Judgement judgement) {
            int arm = candidate ? 1 : 0;
            asked[arm]++;
            if (judgement != null) {
                scored[arm]++;
                add(Metric.HALLUCINATION, one(candidate, judgement.hallucination()));
                add(Metric.LOW_QUALITY, one(candidate, judgement.lowQuality()));
            }
        }

        Map<Metric, ArmCounts> judgedPair(Optional<Judgement> baseline, Optional<Judgement> candidate) {
            asked[0]++;
            asked[1]++;
            scored[0] += baseline.isPresent() ? 1 : 0;
            scored[1] += candidate.isPresent() ? 1 : 0;
            if (baseline.isEmpty() || candidate.isEmpty()) {
                return Map.of();
            }
            Judgement of = baseline.get();
            Judgement copy = candidate.get();
            Map<Metric, ArmCounts> pair = Map.of(
                    Metric.HALLUCINATION, pair(copy.hallucination(), of.hallucination()),
                    Metric.LOW_QUALITY, pair(copy.lowQuality(), of.lowQuality()));
            pair.forEach(this::add);
            return pair;
        }

        Counted drain(boolean judgeAvailable, long nowNanos) {
            // What can be read is there even where it was nothing; what cannot be read is not.
            counts.putIfAbsent(Metric.ERROR, ArmCounts.NONE);
            for (Metric metric : latencies.keySet()) {
                if (bound(metric, nowNanos).isPresent()) {
                    counts.putIfAbsent(metric, ArmCounts.NONE);
                }
            }
            if (judgeAvailable) {
                counts.putIfAbsent(Metric.HALLUCINATION, ArmCounts.NONE);
                counts.putIfAbsent(Metric.LOW_QUALITY, ArmCounts.NONE);
            }
            Counted counted = new Counted(
                    counts,
                    units[1],
                    units[0],
                    new JudgeReport(judgeAvailable, asked[1], scored[1], asked[0], scored[0]));
            clear();
            return counted;
        }

        private void clear() {
            counts.clear();
            units = new long[2];
            asked = new long[2];
            scored = new long[2];
        }

        private OptionalDouble bound(Metric metric, long nowNanos) {
            OptionalDouble p95 = latency(metric).micros(nowNanos);
            return p95.isPresent() ? OptionalDouble.of(SLOW_FACTOR * p95.getAsDouble()) : p95;
        }

        private TrailingP95 latency(Metric metric) {
            return latencies.computeIfAbsent(metric, _ -> new TrailingP95());
        }

        private void add(Metric metric, ArmCounts more) {
            counts.merge(metric, more, ArmCounts::plus);
        }

        private static ArmCounts one(boolean candidate, boolean bad) {
            long badCount = bad ? 1 : 0;
            return candidate ? new ArmCounts(1, badCount, 0, 0) : new ArmCounts(0, 0, 1, badCount);
        }

        private static ArmCounts pair(boolean candidateBad, boolean baselineBad) {
            return new ArmCounts(1, candidateBad ? 1 : 0, 1, baselineBad ? 1 : 0, candidateBad && baselineBad ? 1 : 0);
        }
    }
}
