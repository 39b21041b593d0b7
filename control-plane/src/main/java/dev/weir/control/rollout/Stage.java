package dev.weir.control.rollout;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;

/**
 * A step of a rollout.
 *
 * @param candidateShare of the conversations that the candidate answers
 * @param hold how long it is watched, in observed time: an hour without data is no hour
 * @param requestCountMin on each arm, or pairs in the shadow, before the stage may end
 * @param judgedCountMin the same of judged answers
 */
public record Stage(Kind kind, double candidateShare, Duration hold, long requestCountMin, long judgedCountMin) {
    public Stage {
        boolean shareFits = switch (kind) {
            case SHADOW -> candidateShare == 0;
            case CANARY -> candidateShare > 0 && candidateShare < 1;
            case WARM -> candidateShare == 1;
        };
        if (!shareFits) {
            throw new IllegalArgumentException("a stage of kind " + kind + " cannot have the share " + candidateShare);
        }
        if (hold.isNegative() || hold.isZero()) {
            throw new IllegalArgumentException("hold must be positive: " + hold);
        }
        if (requestCountMin < 0 || judgedCountMin < 0) {
            throw new IllegalArgumentException(
                    "minimum samples must not be negative: " + requestCountMin + ", " + judgedCountMin);
        }
    }

    /** What users see of the candidate. */
    public enum Kind {
        /** Nothing: it answers copies of requests, and pairs of answers are compared. */
        SHADOW,
        /** Its share of conversations, beside the baseline. */
        CANARY,
        /** Everything, while the baseline stays loaded. There is nothing to compare with any more, so only people roll back. */
        WARM
    }

    public static Stage shadow(Duration hold, long pairCountMin) {
        return new Stage(Kind.SHADOW, 0, hold, pairCountMin, pairCountMin);
    }

    public static Stage canary(double candidateShare, Duration hold, long requestCountMin, long judgedCountMin) {
        return new Stage(Kind.CANARY, candidateShare, hold, requestCountMin, judgedCountMin);
    }

    public static Stage warm(Duration hold) {
        return new Stage(Kind.WARM, 1, hold, 0, 0);
    }

    /** The same where nobody judges answers. */
    Stage unjudged() {
        return new Stage(kind, candidateShare, hold, requestCountMin, 0);
    }

    /** Whether the arms are compared by the metric: no judge sees the pairs of a shadow that wants none of them judged. */
    boolean compares(Metric metric) {
        return switch (kind) {
            case SHADOW -> judgedCountMin > 0 || !metric.isJudged();
            case CANARY -> true;
            case WARM -> false;
        };
    }

    long countMin(Metric metric) {
        return metric.isJudged() ? judgedCountMin : requestCountMin;
    }

    String say() {
        return switch (kind) {
            case SHADOW -> "the shadow stage";
            case CANARY ->
                new BigDecimal(100 * candidateShare, new MathContext(4))
                                .stripTrailingZeros()
                                .toPlainString() + " %";
            case WARM -> "100 %";
        };
    }
}
