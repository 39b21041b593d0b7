package dev.weir.control.rollout.trial;

import dev.weir.control.accounting.ArmSums;
import dev.weir.control.accounting.Feedback;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is measured of arms: a mean over answers, whose users were assigned. */
public enum Goal {
    /** The share of answers that did what they were asked for, by feedback. */
    TASK_COMPLETION(true, "task completion"),
    /** The share of answers that were liked, by feedback. */
    THUMBS(true, "thumbs up"),
    /** The share of judged answers that pass. */
    QUALITY(true, "quality"),
    /** The share of judged answers that say what nothing supports. */
    HALLUCINATION(false, "hallucinations"),
    /** The share of answers that failed. */
    ERRORS(false, "errors"),
    /** Seconds of a whole good answer. */
    LATENCY(false, "latency"),
    /** Money for an answer. */
    COST(false, "cost");

    private static final double MICROS = 1e6;
    private static final double NANOS = 1e9;

    private final boolean moreBetter;
    private final String words;

    Goal(boolean moreBetter, String words) {
        this.moreBetter = moreBetter;
        this.words = words;
    }

    public String words() {
        return words;
    }

    public boolean moreBetter() {
        return moreBetter;
    }

    double total(ArmSums sums) {
        return switch (this) {
            case TASK_COMPLETION -> sums.completedCount();
            case THUMBS -> sums.thumbsUpCount();
            case QUALITY -> sums.judgedCount() - sums.lowQualityCount();
            case HALLUCINATION -> sums.hallucinatedCount();
            case ERRORS -> sums.failedCount();
            case LATENCY -> sums.goodMicros() / MICROS;
            case COST -> sums.costNanos() / NANOS;
        };
    }

    long count(ArmSums sums) {
        return switch (this) {
            case TASK_COMPLETION -> sums.taskCount();
            case THUMBS -> sums.thumbsCount();
            case QUALITY, HALLUCINATION -> sums.judgedCount();
            case ERRORS -> sums.answeredCount();
            case LATENCY, COST -> sums.answeredCount() - sums.failedCount();
        };
    }

    /** How good feedback says that one answer was, from 0 to 1; empty where it says nothing of this. */
    Optional<Double> quality(Feedback feedback) {
        return switch (this) {
            case TASK_COMPLETION -> asNumber(feedback.completed());
            case THUMBS -> asNumber(feedback.thumbsUp());
            case QUALITY -> asNumber(feedback.lowQuality()).map(poor -> 1 - poor);
            case HALLUCINATION -> asNumber(feedback.hallucinated()).map(invented -> 1 - invented);
            case ERRORS, LATENCY, COST -> Optional.empty();
        };
    }

    private static Optional<Double> asNumber(@Nullable Boolean said) {
        return Optional.ofNullable(said).map(yes -> yes ? 1.0 : 0.0);
    }
}
