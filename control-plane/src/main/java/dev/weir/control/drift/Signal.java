package dev.weir.control.drift;

import java.util.Locale;

/** What is looked at. */
public enum Signal {
    /** Of the answer: quarters of octaves of its characters. */
    LENGTH(false, true),
    FINISH_REASON(false, false),
    REFUSAL(false, false),
    LANGUAGE(false, false),
    /** Whether it is JSON that parses, begins like JSON and does not, or is no JSON. */
    JSON(false, false),
    /** What the judge says of it, in tenths. */
    QUALITY(false, true),
    HALLUCINATION(false, false),
    /** Of what is asked: quarters of octaves of its characters. */
    PROMPT_LENGTH(true, true),
    PROMPT_LANGUAGE(true, false),
    /** What it is about, where there is a sentence encoder. */
    TOPIC(true, false),
    /** Whether it tries to make the model forget its instructions. */
    INJECTION(true, false);

    private static final double BINS_PER_OCTAVE = 4;

    private final boolean input;
    private final boolean ordered;

    Signal(boolean input, boolean ordered) {
        this.input = input;
        this.ordered = ordered;
    }

    /** Whether it is a matter of what is asked. */
    public boolean isInput() {
        return input;
    }

    /** Whether bins next to each other may be thrown together. */
    boolean isOrdered() {
        return ordered;
    }

    static String ofChars(int chars) {
        return String.format(Locale.ROOT, "%03d", (int) (BINS_PER_OCTAVE * Math.log(1.0 + chars) / Math.log(2)));
    }

    static String ofShare(double share) {
        return Integer.toString(Math.min(9, (int) (10 * share)));
    }

    static String of(boolean yes) {
        return yes ? "yes" : "no";
    }
}
