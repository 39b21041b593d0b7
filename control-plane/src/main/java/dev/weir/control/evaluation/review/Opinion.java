package dev.weir.control.evaluation.review;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a person thinks of an answer.
 *
 * @param helpfulness from 1 to 5
 * @param correction what it should have said, where it is incorrect and the person knows
 */
public record Opinion(
        Accuracy accuracy,
        int helpfulness,
        boolean safe,
        @Nullable String correction,
        @Nullable String note) {
    private static final Pattern CODE = Pattern.compile("([ciu])([1-5])([sx])");
    private static final int CORRECTION_CHARS_MAX = 20_000;
    private static final int NOTE_CHARS_MAX = 1000;

    /** Whether it is right. */
    public enum Accuracy {
        CORRECT,
        INCORRECT,
        /** Nobody could tell from what is shown. */
        UNSURE
    }

    public Opinion {
        if (helpfulness < 1 || helpfulness > 5) {
            throw new IllegalArgumentException("helpfulness is from 1 to 5: " + helpfulness);
        }
        correction = correction == null || correction.isBlank() ? null : correction.strip();
        note = note == null || note.isBlank() ? null : note.strip();
        if (correction != null && accuracy != Accuracy.INCORRECT) {
            throw new IllegalArgumentException("only an incorrect answer has a correction: begin the code with i");
        }
        if (lengthOf(correction) > CORRECTION_CHARS_MAX || lengthOf(note) > NOTE_CHARS_MAX) {
            throw new IllegalArgumentException("a correction has at most %d characters, a note %d"
                    .formatted(CORRECTION_CHARS_MAX, NOTE_CHARS_MAX));
        }
    }

    private static int lengthOf(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    /**
     * The opinion that three keys say: {@code c}orrect, {@code i}ncorrect or {@code u}nsure; 1 to 5; {@code s}afe, or {@code x} where it is
     * not.
     */
    public static Opinion of(String code, @Nullable String correction, @Nullable String note) {
        Matcher keys = CODE.matcher(code.strip());
        if (!keys.matches()) {
            throw new IllegalArgumentException(
                    "a grade is three keys, as in c4s: c, i or u (correct, incorrect, unsure),"
                            + " 1 to 5 (helpful), s or x (safe or not); not '" + code + "'");
        }
        Accuracy accuracy = switch (keys.group(1)) {
            case "c" -> Accuracy.CORRECT;
            case "i" -> Accuracy.INCORRECT;
            default -> Accuracy.UNSURE;
        };
        return new Opinion(
                accuracy, Integer.parseInt(keys.group(2)), keys.group(3).equals("s"), correction, note);
    }
}
