package dev.weir.control.rollout;

import dev.weir.control.rollout.Guard.Role;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.statistics.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a rollout stands, for people to look at: what the state says, with each metric's estimate beside its interval, limit and evidence.
 * Nothing decides by it.
 *
 * @param candidateShare of conversations, as it is set
 * @param actualShare of conversations that were routed in this stage; null before the first
 * @param heldSeconds of observed time in which nothing held
 * @param requiredSeconds that it has to be held, with extensions
 * @param waitedSeconds of observed time, held or not
 * @param etaSeconds until the stage's next look, at the pace of samples so far; null while something holds, or nothing is known
 * @param holds why the clock stands still, one sentence each
 * @param sentence where it is, for whoever reads only one
 */
public record RolloutReport(
        Instant at,
        Phase phase,
        int stageIndex,
        double candidateShare,
        @Nullable Double actualShare,
        double heldSeconds,
        double requiredSeconds,
        double waitedSeconds,
        @Nullable Double etaSeconds,
        int lookCount,
        List<String> holds,
        List<MetricReport> metrics,
        AssignmentReport assignment,
        JudgeCoverage judge,
        boolean baselineHealthy,
        boolean candidateHealthy,
        boolean rollbackWaits,
        String sentence) {
    private static final double Z95 = 1.959963984540054;
    private static final double LN10 = Math.log(10);

    public RolloutReport {
        holds = List.copyOf(holds);
        metrics = List.copyOf(metrics);
    }

    /** What to think of a metric. */
    public enum Status {
        /** Too much harm is ruled out. */
        PASS,
        /** Too much harm is not ruled out yet. */
        WATCH,
        /** It stops the clock. */
        HOLD,
        /** Harm is certain and too large. */
        FAIL
    }

    /**
     * One metric in the current stage.
     *
     * @param samplesMin on each arm before the stage may end
     * @param estimate of the harm, on the limit's scale; null without data
     * @param lower end of its 95 % interval
     * @param upper end of it
     * @param recent the same of the last five minutes
     * @param log10E the evidence, over the whole rollout, that the candidate is worse at all
     * @param log10Needed from where on it counts
     */
    public record MetricReport(
            Metric metric,
            Role role,
            Status status,
            long candidateCount,
            long candidateBadCount,
            long baselineCount,
            long baselineBadCount,
            long samplesMin,
            @Nullable Double estimate,
            @Nullable Double lower,
            @Nullable Double upper,
            @Nullable Double recent,
            double limit,
            String unit,
            double log10E,
            double log10Needed) {}

    /** Conversations that were routed in this stage, and the evidence that they do not fall as they should. */
    public record AssignmentReport(
            long candidateUnitCount, long baselineUnitCount, double log10E, double log10Needed) {}

    /** How much of what it was asked in this stage the judge has scored. */
    public record JudgeCoverage(boolean available, double candidateCoverage, double baselineCoverage) {}

    /** The report of a state. */
    public static RolloutReport of(RolloutState state, Instant at) {
        Reader reader = new Reader(state);
        return reader.report(at);
    }

    /** One state's reading. */
    private record Reader(RolloutState state) {

        RolloutReport report(Instant at) {
            StageProgress progress = state.progress();
            AssignmentReport assignment = assignment();
            long units = assignment.candidateUnitCount() + assignment.baselineUnitCount();
            return new RolloutReport(
                    at,
                    state.phase(),
                    progress.stageIndex(),
                    state.candidateShare(),
                    units == 0 ? null : assignment.candidateUnitCount() / (double) units,
                    seconds(progress.heldFor()),
                    seconds(progress.required()),
                    seconds(progress.waitedFor()),
                    eta(),
                    progress.lookCount(),
                    state.holds().stream().map(Hold::say).toList(),
                    state.plan().guards().stream().map(this::metric).toList(),
                    assignment,
                    new JudgeCoverage(
                            progress.judged().available(),
                            progress.judged().candidateCoverage(),
                            progress.judged().baselineCoverage()),
                    state.vitals().baselineHealthy(),
                    state.vitals().candidateHealthy(),
                    state.rollbackWanted().isPresent(),
                    sentence());
        }

        private AssignmentReport assignment() {
            double needed = -Math.log10(state.plan().stageAssignmentAlpha());
            return state.progress()
                    .assignment()
                    .map(evidence -> new AssignmentReport(
                            evidence.counts().getFirst(), evidence.counts().getLast(), evidence.logE() / LN10, needed))
                    .orElse(new AssignmentReport(0, 0, 0, needed));
        }

        private MetricReport metric(Guard guard) {
            MetricState metric = metricState(guard);
            ArmCounts counts = metric.inStage();
            boolean both = counts.candidateCount() > 0 && counts.baselineCount() > 0;
            Optional<Interval> interval =
                    both ? Optional.of(guard.harm().interval(counts, isPaired(), Z95)) : Optional.empty();
            return new MetricReport(
                    guard.metric(),
                    guard.role(),
                    status(guard, metric, interval),
                    counts.candidateCount(),
                    counts.candidateBadCount(),
                    counts.baselineCount(),
                    counts.baselineBadCount(),
                    state.stage().countMin(guard.metric()),
                    finite(guard.harm().measured(counts)),
                    interval.map(Interval::lower).map(Reader::finite).orElse(null),
                    interval.map(Interval::upper).map(Reader::finite).orElse(null),
                    finite(guard.harm().measured(metric.recent().sum())),
                    guard.harm().limit(),
                    guard.harm().unit(),
                    metric.evidence().logE() / LN10,
                    -Math.log10(state.plan().guardrailAlpha()));
        }

        private Status status(Guard guard, MetricState metric, Optional<Interval> interval) {
            if (metric.measured(guard.harm(), state.plan().limits())
                            >= guard.harm().limit()
                    && metric.evidence().reaches(state.plan().guardrailAlpha())) {
                return Status.FAIL;
            }
            Optional<Metric> own = Optional.of(guard.metric());
            if (state.holds().stream().anyMatch(hold -> hold.metric().equals(own))) {
                return Status.HOLD;
            }
            boolean enough = missing(guard) == 0;
            return enough
                            && interval.filter(found ->
                                            found.upper() < guard.harm().limit())
                                    .isPresent()
                    ? Status.PASS
                    : Status.WATCH;
        }

        /** How many samples the smaller arm still lacks, with those that only warm the candidate up. */
        private long missing(Guard guard) {
            if (!state.stage().compares(guard.metric())) {
                return 0;
            }
            MetricState metric = metricState(guard);
            ArmCounts counts = metric.inStage();
            long least = Math.max(1, state.stage().countMin(guard.metric()));
            long warmUp =
                    state.plan().limits().warmUpCount(state.stage().kind(), guard.metric()) - metric.warmUpCount();
            return Math.max(0, warmUp) + Math.max(0, least - Math.min(counts.candidateCount(), counts.baselineCount()));
        }

        private @Nullable Double eta() {
            if (state.phase() != Phase.RUNNING || !state.holds().isEmpty()) {
                return null;
            }
            StageProgress progress = state.progress();
            double eta = Math.max(0, seconds(progress.required()) - seconds(progress.heldFor()));
            double waited = seconds(progress.waitedFor());
            for (Guard guard : state.plan().guards()) {
                long missing = missing(guard);
                if (missing > 0) {
                    ArmCounts counts = metricState(guard).inStage();
                    eta = Math.max(eta, missing * waited / Math.min(counts.candidateCount(), counts.baselineCount()));
                }
            }
            return finite(eta);
        }

        private String sentence() {
            if (!state.holds().isEmpty() && state.phase().isWatched()) {
                return "Held at " + state.stage().say() + ": "
                        + String.join(
                                "; ", state.holds().stream().map(Hold::say).toList()) + ".";
            }
            return switch (state.phase()) {
                case PLANNED ->
                    "Planned: it begins with " + state.plan().stage(0).say() + " when somebody starts it.";
                case RUNNING -> running();
                case PAUSED -> "Paused at " + state.stage().say() + " until somebody resumes it.";
                case INCONCLUSIVE -> "Inconclusive at " + state.stage().say() + ": a person decides.";
                case COMPLETED ->
                    state.plan().alias() + " means " + state.plan().candidate() + ".";
                case ROLLED_BACK ->
                    state.plan().alias() + " means " + state.plan().baseline() + " again.";
            };
        }

        private String running() {
            StageProgress progress = state.progress();
            String time = String.format(
                    Locale.ROOT,
                    "At %s: %.0f of %.0f min are over",
                    state.stage().say(),
                    seconds(progress.heldFor()) / 60,
                    seconds(progress.required()) / 60);
            Stream<String> lacking = state.plan().guards().stream()
                    .filter(guard -> missing(guard) > 0)
                    .map(guard -> missing(guard) + " more answers are needed for "
                            + guard.metric().plural());
            return Stream.concat(Stream.of(time), lacking)
                            .reduce((before, next) -> before + "; " + next)
                            .orElse(time)
                    + ".";
        }

        private boolean isPaired() {
            return state.stage().kind() == Stage.Kind.SHADOW;
        }

        private MetricState metricState(Guard guard) {
            MetricState found = state.metrics().get(guard.metric());
            if (found == null) {
                throw new IllegalStateException("a guarded metric has no state: " + guard.metric());
            }
            return found;
        }

        private static double seconds(Duration duration) {
            return duration.toMillis() / 1e3;
        }

        private static @Nullable Double finite(double value) {
            return Double.isFinite(value) ? value : null;
        }
    }
}
