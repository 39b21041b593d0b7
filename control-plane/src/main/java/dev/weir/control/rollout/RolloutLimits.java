package dev.weir.control.rollout;

import java.time.Duration;

/**
 * The numbers behind decisions. The defaults are those of docs/rollouts.md, where their consequences are measured.
 *
 * @param familyAlpha how probable it may be, over all guardrails and the whole rollout, that a harmless candidate is called harmful
 * @param holdEvidenceFactor evidence short of calling it by this factor stops the hold's clock already
 * @param candidateCountMin before so many of the candidate's answers an effect is a coincidence
 * @param recentSpan the effect is also measured over this most recent span, so that old good behaviour does not hide new harm
 * @param recentPiece in which steps the span moves
 * @param restartEvery how often evidence begins anew
 * @param missingTickCount after so many ticks without data the data is missing
 * @param reorderTickCount how many ticks an observation may come late; then it is given up
 * @param lookAlpha for all scheduled looks of a stage together; half of it for the first
 * @param extensionCount how many more looks a stage gets, each after as long again as it was held
 * @param waitFactor after so many times its hold in observed time a stage that could not end is inconclusive
 * @param judgeCoverageMin the judge must have scored this share of what it was asked, on both arms
 * @param judgeCoverageDifferenceMax and the arms must not differ by more: what is missing is not missing at random
 * @param assignmentAlpha how probable it may be that a correct assignment is called a wrong one, over the whole rollout
 * @param warmUpCount so many of the candidate's first copies in the shadow say nothing of its latencies: an engine that has just begun is slow
 */
public record RolloutLimits(
        double familyAlpha,
        double holdEvidenceFactor,
        long candidateCountMin,
        Duration recentSpan,
        Duration recentPiece,
        Duration restartEvery,
        int missingTickCount,
        int reorderTickCount,
        double lookAlpha,
        int extensionCount,
        double waitFactor,
        double judgeCoverageMin,
        double judgeCoverageDifferenceMax,
        double assignmentAlpha,
        long warmUpCount) {
    public static final RolloutLimits DEFAULT = new RolloutLimits(
            0.01,
            10,
            30,
            Duration.ofMinutes(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            12,
            12,
            0.05,
            2,
            8,
            0.95,
            0.02,
            0.001,
            50);

    public RolloutLimits {
        requireProbability("familyAlpha", familyAlpha);
        requireProbability("lookAlpha", lookAlpha);
        requireProbability("assignmentAlpha", assignmentAlpha);
        requireProbability("judgeCoverageMin", judgeCoverageMin);
        requireProbability("judgeCoverageDifferenceMax", judgeCoverageDifferenceMax);
        requireAtLeast("holdEvidenceFactor", holdEvidenceFactor, 1);
        requireAtLeast("candidateCountMin", (double) candidateCountMin, 1);
        requireAtLeast("missingTickCount", missingTickCount, 1);
        requireAtLeast("reorderTickCount", reorderTickCount, 0);
        requireAtLeast("warmUpCount", (double) warmUpCount, 0);
        requireAtLeast("extensionCount", extensionCount, 0);
        requireAtLeast("waitFactor", waitFactor, 1 << extensionCount);
        requireAtLeast("restartEvery", restartEvery, Duration.ofMillis(1));
        requireAtLeast("recentPiece", recentPiece, Duration.ofMillis(1));
        requireAtLeast("recentSpan", recentSpan, recentPiece);
    }

    int recentPieceCount() {
        return Math.toIntExact(recentSpan.toMillis() / recentPiece.toMillis());
    }

    /** The error of one look: half for the first, the other half in equal parts for the extensions. */
    double lookAlpha(int lookIndex) {
        return lookIndex == 0 || extensionCount == 0 ? lookAlpha / 2 : lookAlpha / 2 / extensionCount;
    }

    /** Of the candidate's first answers, those that the metric does not count: where users wait for them nothing is left out. */
    long warmUpCount(Stage.Kind kind, Metric metric) {
        return kind == Stage.Kind.SHADOW && metric.isLatency() ? warmUpCount : 0;
    }

    private static void requireProbability(String name, double value) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException(name + " must be in (0, 1): " + value);
        }
    }

    private static void requireAtLeast(String name, double value, double least) {
        if (!(value >= least)) {
            throw new IllegalArgumentException(name + " must be at least " + least + ": " + value);
        }
    }

    private static void requireAtLeast(String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(name + " must be at least " + least + ": " + value);
        }
    }
}
