package dev.weir.control.rollout;

import dev.weir.control.statistics.ArmCounts;
import java.time.Duration;
import java.util.Map;

/**
 * What was seen in one tick of a rollout. Numbered by whoever cuts the ticks, so that order, repetition and gaps are told apart from the
 * clock, which may jump.
 *
 * @param number 0, 1, 2, ... in one rollout
 * @param covered how long the tick was, by a clock that only goes forward
 * @param counts a metric that could not be read is absent: a zero would be a claim
 * @param candidateUnitCount conversations that were assigned to the candidate, counted where they are routed
 */
public record Observation(
        long number,
        Duration covered,
        Map<Metric, ArmCounts> counts,
        long candidateUnitCount,
        long baselineUnitCount,
        JudgeReport judge) {
    public Observation {
        if (number < 0) {
            throw new IllegalArgumentException("number must not be negative: " + number);
        }
        if (covered.isNegative() || covered.isZero()) {
            throw new IllegalArgumentException("covered must be positive: " + covered);
        }
        if (candidateUnitCount < 0 || baselineUnitCount < 0) {
            throw new IllegalArgumentException(
                    "units must not be negative: " + candidateUnitCount + ", " + baselineUnitCount);
        }
        counts = Map.copyOf(counts);
    }

    /**
     * How the judge did in this tick.
     *
     * @param available whether it answers, and is calibrated
     */
    public record JudgeReport(
            boolean available,
            long candidateAskedCount,
            long candidateScoredCount,
            long baselineAskedCount,
            long baselineScoredCount) {
        public static final JudgeReport NOTHING_ASKED = new JudgeReport(true, 0, 0, 0, 0);

        public JudgeReport {
            if (!(0 <= candidateScoredCount
                    && candidateScoredCount <= candidateAskedCount
                    && 0 <= baselineScoredCount
                    && baselineScoredCount <= baselineAskedCount)) {
                throw new IllegalArgumentException("what is scored was asked: candidate %d of %d, baseline %d of %d"
                        .formatted(candidateScoredCount, candidateAskedCount, baselineScoredCount, baselineAskedCount));
            }
        }

        JudgeReport plus(JudgeReport next) {
            return new JudgeReport(
                    next.available,
                    candidateAskedCount + next.candidateAskedCount,
                    candidateScoredCount + next.candidateScoredCount,
                    baselineAskedCount + next.baselineAskedCount,
                    baselineScoredCount + next.baselineScoredCount);
        }

        double candidateCoverage() {
            return candidateAskedCount == 0 ? 1 : candidateScoredCount / (double) candidateAskedCount;
        }

        double baselineCoverage() {
            return baselineAskedCount == 0 ? 1 : baselineScoredCount / (double) baselineAskedCount;
        }
    }
}
