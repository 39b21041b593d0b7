package dev.weir.control.accounting;

import org.jspecify.annotations.Nullable;

/**
 * What a person or a judge thinks of an answer. What is null was not said.
 *
 * @param thumbsUp whether it was liked
 * @param completed whether it did what it was asked for
 * @param comment in the person's own words
 * @param hallucinated whether it says what nothing supports
 * @param lowQuality whether it is below the judge's pass mark
 */
public record Feedback(
        @Nullable Boolean thumbsUp,
        @Nullable Boolean completed,
        @Nullable String comment,
        @Nullable Boolean hallucinated,
        @Nullable Boolean lowQuality) {
    public static final int COMMENT_CHARS_MAX = 4_000;

    public Feedback {
        if (comment != null && comment.length() > COMMENT_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "comment must have at most " + COMMENT_CHARS_MAX + " characters: " + comment.length());
        }
    }

    /** Of somebody who was answered. */
    public static Feedback ofUser(@Nullable Boolean thumbsUp, @Nullable Boolean completed, @Nullable String comment) {
        return new Feedback(thumbsUp, completed, comment, null, null);
    }

    /** Of a judge. */
    public static Feedback ofJudge(boolean hallucinated, boolean lowQuality) {
        return new Feedback(null, null, null, hallucinated, lowQuality);
    }

    /** The same without words. */
    public Feedback wordless() {
        return new Feedback(thumbsUp, completed, null, hallucinated, lowQuality);
    }
}
