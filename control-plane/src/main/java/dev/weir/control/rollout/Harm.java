package dev.weir.control.rollout;

import dev.weir.control.statistics.ArmCounts;
import dev.weir.control.statistics.Interval;
import dev.weir.control.statistics.PairedDifference;
import dev.weir.control.statistics.Proportion;
import dev.weir.control.statistics.ProportionDifference;
import java.util.Locale;

/**
 * How much worse the candidate is, and how much is too much. Evidence alone says that a candidate is worse at all; with enough traffic it
 * says so of differences that nobody cares about.
 */
public sealed interface Harm {

    /** From here on it is too much. */
    double limit();

    /** What was measured, on the limit's scale; NaN while an arm has nothing. */
    double measured(ArmCounts counts);

    /** Between what and what it is, seen once, with the normal quantile {@code z}; both arms must have something. */
    Interval interval(ArmCounts counts, boolean paired, double z);

    /** The most it may be. */
    default double atMost(ArmCounts counts, boolean paired, double z) {
        return interval(counts, paired, z).upper();
    }

    String unit();

    /** The harm that is watched for on a metric, with this limit. */
    static Harm of(Metric metric, double limit) {
        return switch (metric) {
            case ERROR, HALLUCINATION -> new Rise(limit);
            case TIME_TO_FIRST_TOKEN, TIME_PER_TOKEN, END_TO_END -> new Exceedance(limit);
            case LOW_QUALITY -> new QualityDrop(limit);
        };
    }

    default boolean isReached(ArmCounts counts) {
        return measured(counts) >= limit();
    }

    default String say(double value) {
        return String.format(Locale.ROOT, "%+.1f %s", 100 * value, unit());
    }

    /** The share of bad events rises by so much, absolutely: 0.02 is from 1 % to 3 %. */
    record Rise(double limit) implements Harm {
        public Rise {
            requireShare(limit);
        }

        @Override
        public double measured(ArmCounts counts) {
            return counts.candidateBadShare() - counts.baselineBadShare();
        }

        @Override
        public Interval interval(ArmCounts counts, boolean paired, double z) {
            return difference(counts, paired, z);
        }

        @Override
        public String unit() {
            return "points";
        }
    }

    /** The share of good answers falls by so much of itself: 0.05 is from 90 % to 85.5 %. */
    record QualityDrop(double limit) implements Harm {
        public QualityDrop {
            requireShare(limit);
        }

        @Override
        public double measured(ArmCounts counts) {
            return (counts.candidateBadShare() - counts.baselineBadShare()) / (1 - counts.baselineBadShare());
        }

        @Override
        public Interval interval(ArmCounts counts, boolean paired, double z) {
            Interval difference = difference(counts, paired, z);
            double good = 1 - counts.baselineBadShare();
            if (good == 0) {
                return new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY); // Nothing is left to lose.
            }
            return new Interval(difference.lower() / good, difference.upper() / good);
        }

        @Override
        public String unit() {
            return "% of quality lost";
        }
    }

    /**
     * So large a share of the candidate's answers is over a bound that was set from the baseline. With the bound at 1.5 times the baseline's
     * P95 and a limit of 0.05 it is reached exactly when the candidate's P95 is 1.5 times the baseline's.
     */
    record Exceedance(double limit) implements Harm {
        public Exceedance {
            requireShare(limit);
        }

        @Override
        public double measured(ArmCounts counts) {
            return counts.candidateBadShare();
        }

        @Override
        public Interval interval(ArmCounts counts, boolean paired, double z) {
            return new Proportion(counts.candidateBadCount(), counts.candidateCount()).wilson(z);
        }

        @Override
        public String unit() {
            return "% over the bound";
        }
    }

    private static Interval difference(ArmCounts counts, boolean paired, double z) {
        return paired
                ? new PairedDifference(
                                counts.onlyCandidateBadCount(), counts.onlyBaselineBadCount(), counts.candidateCount())
                        .agrestiMin(z)
                : ProportionDifference.of(counts).newcombe(z);
    }

    private static void requireShare(double limit) {
        if (!(limit > 0 && limit < 1)) {
            throw new IllegalArgumentException("limit must be in (0, 1), as 0.02 for 2 points: " + limit);
        }
    }
}
