package dev.weir.control.rollout;

import dev.weir.control.statistics.ArmCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.jspecify.annotations.Nullable;

/**
 * How long a rollout takes whose candidate is as good as the baseline, at the traffic that there is: each stage until its hold is over, both
 * arms have their least samples, and there are so many that a look rules out too much harm nine times out of ten.
 *
 * @param requestsPerSecond of the alias
 * @param totalSeconds until the candidate has everything; null where a stage would end without a decision
 */
public record RolloutForecast(
        double requestsPerSecond, @Nullable Double totalSeconds, List<StageForecast> stages) {
    /** Shares of bad events, where nothing else is known: those of docs/rollouts.md. */
    public static final Map<Metric, Double> USUAL_SHARES = Map.of(
            Metric.ERROR, 0.01,
            Metric.TIME_TO_FIRST_TOKEN, 0.01,
            Metric.TIME_PER_TOKEN, 0.01,
            Metric.END_TO_END, 0.01,
            Metric.HALLUCINATION, 0.05,
            Metric.LOW_QUALITY, 0.10);

    public RolloutForecast {
        stages = List.copyOf(stages);
    }

    /**
     * One stage's.
     *
     * @param samplesSeconds until the smaller arm has its least requests, after those that warm the candidate up; null without traffic
     * @param seconds until the look that it passes; null where its last look would not have requests enough
     * @param lookCount that look's number, from 1; of the last one where that is not enough
     * @param judgedPerSecondMin that a judge has to score, of both arms together, for the first look to pass within the hold
     * @param needs what each guard needs for that
     */
    public record StageForecast(
            Stage.Kind kind,
            double candidateShare,
            double holdSeconds,
            @Nullable Double samplesSeconds,
            @Nullable Double seconds,
            int lookCount,
            double judgedPerSecondMin,
            List<GuardNeed> needs) {
        public StageForecast {
            needs = List.copyOf(needs);
        }
    }

    /**
     * Of one guard.
     *
     * @param assumedShare of bad events, on both arms
     * @param sampleCount on the smaller arm
     */
    public record GuardNeed(Metric metric, double assumedShare, long sampleCount) {}

    /** With {@link #USUAL_SHARES}. */
    public static RolloutForecast of(RolloutPlan plan, double requestsPerSecond) {
        return of(plan, requestsPerSecond, USUAL_SHARES);
    }

    /**
     * The same where more is known.
     *
     * @param shares of bad events, for every guard of the plan
     */
    public static RolloutForecast of(RolloutPlan plan, double requestsPerSecond, Map<Metric, Double> shares) {
        List<StageForecast> stages = plan.stages().stream()
                .map(stage -> new Forecaster(plan, stage, requestsPerSecond, shares).forecast())
                .toList();
        Double total = 0.0;
        for (StageForecast stage : stages) {
            Double seconds = stage.seconds();
            if (stage.kind() != Stage.Kind.WARM) {
                total = total == null || seconds == null ? null : Double.valueOf(total + seconds);
            }
        }
        return new RolloutForecast(requestsPerSecond, total, stages);
    }

    /** One stage at one pace. */
    private record Forecaster(RolloutPlan plan, Stage stage, double requestsPerSecond, Map<Metric, Double> shares) {
        private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
        /** Nine times out of ten a healthy candidate is not further above the baseline. */
        private static final double LUCK_Z = NORMAL.inverseCumulativeProbability(0.9);

        private static final long SAMPLES_MAX = 1L << 40;

        StageForecast forecast() {
            double hold = seconds(stage.hold().toMillis());
            long least = stage.requestCountMin() + warmUpCount();
            double samples = least == 0 ? 0 : least / perSecond();
            double patience = hold * plan.limits().waitFactor();
            double elapsed = Math.max(hold, samples);
            int look = 0;
            // Each extension is as long as all that was before it.
            while (look < plan.limits().extensionCount() && counted(elapsed) < needed(false, look)) {
                elapsed *= 2;
                look++;
            }
            boolean ends = elapsed <= patience && counted(elapsed) >= needed(false, look);
            long judged = Math.max(judges() ? stage.judgedCountMin() : 0, needed(true, 0));
            return new StageForecast(
                    stage.kind(),
                    stage.candidateShare(),
                    hold,
                    Double.isFinite(samples) ? Double.valueOf(samples) : null,
                    ends ? Double.valueOf(elapsed) : null,
                    look + 1,
                    2 * judged / hold,
                    needs());
        }

        private static double seconds(long millis) {
            return millis / 1e3;
        }

        /** Answers of the smaller arm that say something of every metric. */
        private double counted(double elapsedSeconds) {
            return elapsedSeconds * perSecond() - warmUpCount();
        }

        private long warmUpCount() {
            return compared().stream()
                    .mapToLong(guard -> plan.limits().warmUpCount(stage.kind(), guard.metric()))
                    .max()
                    .orElse(0);
        }

        /** Of the smaller arm. Of pairs both arms answer every request that is copied. */
        private double perSecond() {
            return requestsPerSecond * (stage.kind() == Stage.Kind.CANARY ? smallerShare() : 1);
        }

        private double smallerShare() {
            return Math.min(stage.candidateShare(), 1 - stage.candidateShare());
        }

        private boolean judges() {
            return compared().stream().anyMatch(guard -> guard.metric().isJudged());
        }

        private List<Guard> compared() {
            return plan.guards().stream()
                    .filter(guard -> stage.compares(guard.metric()))
                    .toList();
        }

        private List<GuardNeed> needs() {
            List<GuardNeed> needs = new ArrayList<>();
            compared().forEach(guard -> needs.add(new GuardNeed(guard.metric(), share(guard), needed(guard, 0))));
            return needs;
        }

        /** By the guard that needs most, of those that a judge is asked for, or the others. */
        private long needed(boolean judged, int look) {
            return compared().stream()
                    .filter(guard -> guard.metric().isJudged() == judged)
                    .mapToLong(guard -> needed(guard, look))
                    .max()
                    .orElse(0);
        }

        private double share(Guard guard) {
            Double share = shares.get(guard.metric());
            if (share == null) {
                throw new IllegalArgumentException("no share of bad events is given for " + guard.metric());
            }
            return share;
        }

        private long needed(Guard guard, int look) {
            double z = NORMAL.inverseSurvivalProbability(plan.limits().lookAlpha(look));
            long enough = 1;
            while (enough < SAMPLES_MAX && !passes(guard, enough, z)) {
                enough *= 2;
            }
            long tooFew = enough / 2;
            while (enough - tooFew > 1) {
                long middle = (enough + tooFew) / 2;
                if (passes(guard, middle, z)) {
                    enough = middle;
                } else {
                    tooFew = middle;
                }
            }
            return enough;
        }

        /** Whether a candidate with a little bad luck would pass the look, by the rule of the look itself. */
        private boolean passes(Guard guard, long smallerCount, double z) {
            boolean paired = stage.kind() == Stage.Kind.SHADOW;
            double smaller = paired ? 0.5 : smallerShare();
            long largerCount = Math.round(smallerCount * (1 - smaller) / smaller);
            boolean candidateIsSmaller = stage.candidateShare() <= 0.5;
            long candidateCount = candidateIsSmaller ? smallerCount : largerCount;
            long baselineCount = candidateIsSmaller ? largerCount : smallerCount;
            double share = share(guard);
            double deviation = Math.sqrt(share * (1 - share) * (1.0 / smallerCount + 1.0 / largerCount));
            double unlucky = Math.min(1, share + LUCK_Z * deviation);
            long candidateBad = Math.round(candidateCount * unlucky);
            long baselineBad = Math.round(baselineCount * share);
            long bothBad = paired ? (long) (smallerCount * unlucky * share) : 0;
            ArmCounts counts = new ArmCounts(candidateCount, candidateBad, baselineCount, baselineBad, bothBad);
            return guard.harm().atMost(counts, paired, z) < guard.harm().limit();
        }
    }
}
