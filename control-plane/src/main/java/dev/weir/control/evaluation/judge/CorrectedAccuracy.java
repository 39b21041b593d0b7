package dev.weir.control.evaluation.judge;

import dev.weir.control.statistics.Interval;
import dev.weir.control.statistics.Proportion;
import java.util.Optional;

/**
 * How often a model is right: what the judge says of many answers, put right by what people say of some of them ({@link PredictionPowered}), and how
 * far the two agree.
 *
 * @param share of right answers, with 95 % from {@code low} to {@code high}
 * @param lambda how far the judge was relied on, from 0 to 1
 * @param judgedShare what the judge passes of the answers that nobody labelled, as it is
 * @param labelCount answers that people and the judge know
 * @param judgedCount answers that only the judge knows
 */
public record CorrectedAccuracy(
        double share,
        double low,
        double high,
        double lambda,
        double judgedShare,
        int labelCount,
        long judgedCount,
        double kappa,
        double truePositiveRate,
        double trueNegativeRate) {
    private static final double Z = 1.96;

    /**
     * The estimate; empty where there are fewer than two answers of either kind.
     *
     * @param labelled the judge's beside people's
     * @param passedCount of the answers that only the judge knows
     */
    public static Optional<CorrectedAccuracy> of(Agreement labelled, long passedCount, long judgedCount) {
        if (labelled.count() < 2 || judgedCount < 2) {
            return Optional.empty();
        }
        Proportion judged = new Proportion(passedCount, judgedCount);
        PredictionPowered estimate = PredictionPowered.of(labelled, judged);
        Interval interval = estimate.interval(Z);
        return Optional.of(new CorrectedAccuracy(
                share(estimate.mean()),
                share(interval.lower()),
                share(interval.upper()),
                estimate.lambda(),
                judged.share(),
                labelled.count(),
                judgedCount,
                labelled.kappa(),
                labelled.truePositiveRate(),
                labelled.trueNegativeRate()));
    }

    /** An estimate may be a little beyond what a share can be. */
    private static double share(double estimated) {
        return Math.clamp(estimated, 0, 1);
    }
}
