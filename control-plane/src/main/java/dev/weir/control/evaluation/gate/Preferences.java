package dev.weir.control.evaluation.gate;

import dev.weir.control.evaluation.grading.Preference;
import dev.weir.control.evaluation.grading.Preference.Winner;
import dev.weir.control.statistics.McNemar;
import java.util.Collection;

/**
 * What the judge says of a run's answers beside those of another.
 *
 * @param candidateCount pairs of which the candidate's answer is the better from either side
 * @param inconsistentCount pairs that the order decided: they count as ties
 * @param sameCount pairs of equal answers, of which nobody was asked
 * @param inapplicableCount pairs that the judge's question does not apply to
 * @param unscoredCount pairs without a verdict
 * @param positionBias the share of inconsistent pairs among those with verdicts
 * @param pValue the sign test's: the probability that the baseline wins as often, were it no better
 */
public record Preferences(
        int candidateCount,
        int baselineCount,
        int tieCount,
        int inconsistentCount,
        int sameCount,
        int inapplicableCount,
        int unscoredCount,
        double positionBias,
        double pValue) {
    /** A judge whom the order sways more often cannot compare. */
    private static final double POSITION_BIAS_MAX = 0.1;

    public static Preferences of(Collection<Preference> pairs) {
        int candidate = count(pairs, Winner.CANDIDATE);
        int baseline = count(pairs, Winner.BASELINE);
        int ties = count(pairs, Winner.TIE);
        int inconsistent = count(pairs, Winner.INCONSISTENT);
        int scored = candidate + baseline + ties + inconsistent;
        return new Preferences(
                candidate,
                baseline,
                ties,
                inconsistent,
                count(pairs, Winner.SAME),
                count(pairs, Winner.NOT_APPLICABLE),
                count(pairs, Winner.UNSCORED),
                scored == 0 ? 0 : inconsistent / (double) scored,
                McNemar.oneSidedP(baseline, candidate));
    }

    private static int count(Collection<Preference> pairs, Winner winner) {
        return Math.toIntExact(
                pairs.stream().filter(pair -> pair.winner() == winner).count());
    }

    public int pairCount() {
        return applicableCount() + inapplicableCount;
    }

    /** Pairs that the judge's question applies to. */
    int applicableCount() {
        return candidateCount + baselineCount + tieCount + inconsistentCount + sameCount + unscoredCount;
    }

    /** The share of these about which something is known; 0 of nothing. */
    public double coverage() {
        return applicableCount() == 0 ? 0 : 1 - unscoredCount / (double) applicableCount();
    }

    /** Whether its judge says the same from either side often enough to be heard. */
    public boolean judgeCompares() {
        return positionBias <= POSITION_BIAS_MAX;
    }
}
