package dev.weir.control.evaluation.review;

import dev.weir.control.configuration.Section;
import java.time.Duration;
import java.util.Set;

/**
 * Whose answers people look at; {@code evaluation.review} of the configuration.
 *
 * @param tenants whose conversations may be kept until they are graded: nobody's, unless named
 * @param sampleCount answers of each model and week
 * @param twoKeyCount of these that two people grade
 * @param goldenSet that corrections are proposed for
 * @param textKeptFor after the week is over; grades are kept for good
 */
public record ReviewPolicy(
        Set<String> tenants, int sampleCount, int twoKeyCount, String goldenSet, Duration textKeptFor) {
    private static final int SAMPLE_COUNT = 100;
    private static final int SAMPLE_COUNT_MAX = 10_000;
    private static final int TWO_KEY_COUNT = 20;
    private static final String GOLDEN_SET = "reviewed";
    private static final Duration TEXT_KEPT_FOR = Duration.ofDays(28);

    /** Nobody's. */
    public static final ReviewPolicy NOBODY =
            new ReviewPolicy(Set.of(), SAMPLE_COUNT, TWO_KEY_COUNT, GOLDEN_SET, TEXT_KEPT_FOR);

    public ReviewPolicy {
        tenants = Set.copyOf(tenants);
        if (sampleCount < 2 || twoKeyCount < 0 || twoKeyCount > sampleCount) {
            throw new IllegalArgumentException(
                    "a sample has two answers at least, and no more with two keys than there are: " + sampleCount
                            + " and " + twoKeyCount);
        }
    }

    /** Of what the configuration says of evaluation. */
    public static ReviewPolicy read(Section evaluation) {
        Section section = evaluation.section("review");
        Set<String> tenants = Set.copyOf(section.texts("tenants"));
        int sampleCount = section.integer("per-week", 2, SAMPLE_COUNT_MAX, SAMPLE_COUNT);
        int twoKeyCount = section.integer("two-key", 0, SAMPLE_COUNT_MAX, Math.min(TWO_KEY_COUNT, sampleCount));
        String goldenSet = section.text("golden-set").orElse(GOLDEN_SET);
        Duration textKeptFor = section.duration("text-kept-for", TEXT_KEPT_FOR);
        return section.make(() -> new ReviewPolicy(tenants, sampleCount, twoKeyCount, goldenSet, textKeptFor))
                .orElse(NOBODY);
    }
}
