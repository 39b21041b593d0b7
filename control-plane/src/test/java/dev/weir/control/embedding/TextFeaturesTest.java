package dev.weir.control.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextFeaturesTest {
    private static final int BUCKETS = 16_384;

    /** A table that was trained with other buckets is worth nothing, so these are never to change. */
    @Test
    void theBucketsAreThoseThatTheShippedEncoderWasTrainedWith() {
        assertThat(TextFeatures.of("Ferry 12, Ügly ferry's", BUCKETS))
                .containsExactly(
                        12977, 8463, 11960, 9249, 14047, 759, 7623, 11821, 9583, 4280, 2207, 15044, 11037, 15184, 7618,
                        14853, 12467, 11960, 9249, 14047, 759, 1272, 1538, 12759);
    }

    @Test
    void capitalsWidthsAndWhichNumberItIsDoNotMatter() {
        assertThat(TextFeatures.of("Gate 7 at ＮＯＯＮ!", BUCKETS)).isEqualTo(TextFeatures.of("gate 3, at noon", BUCKETS));
        assertThat(TextFeatures.of("", BUCKETS)).hasSize(1);
    }

    @Test
    void ofALongTextTheEndCounts() {
        String question = " where is my ticket?";
        assertThat(TextFeatures.of("x ".repeat(20_000) + question, BUCKETS))
                .isEqualTo(TextFeatures.of("x ".repeat(30_000) + question, BUCKETS));
    }
}
