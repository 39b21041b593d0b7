package dev.weir.control.rollout.journal;

import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.statistics.ArmCounts;
import java.util.EnumMap;
import java.util.Map;

/**
 * What was counted of a rollout's traffic for a while, by one replica or by several.
 *
 * @param counts a metric that nobody could read is absent
 * @param candidateUnitCount conversations that were routed to the candidate for the first time
 */
public record Counted(
        Map<Metric, ArmCounts> counts, long candidateUnitCount, long baselineUnitCount, JudgeReport judge) {
    public static final Counted NOTHING = new Counted(Map.of(), 0, 0, new JudgeReport(false, 0, 0, 0, 0));

    public Counted {
        counts = Map.copyOf(counts);
    }

    /** Both together; a judge that one of them could ask is there. */
    public Counted plus(Counted other) {
        Map<Metric, ArmCounts> sums = new EnumMap<>(Metric.class);
        sums.putAll(counts);
        other.counts.forEach((metric, more) -> sums.merge(metric, more, ArmCounts::plus));
        return new Counted(
                sums,
                candidateUnitCount + other.candidateUnitCount,
                baselineUnitCount + other.baselineUnitCount,
                new JudgeReport(
                        judge.available() || other.judge.available(),
                        judge.candidateAskedCount() + other.judge.candidateAskedCount(),
                        judge.candidateScoredCount() + other.judge.candidateScoredCount(),
                        judge.baselineAskedCount() + other.judge.baselineAskedCount(),
                        judge.baselineScoredCount() + other.judge.baselineScoredCount()));
    }
}
