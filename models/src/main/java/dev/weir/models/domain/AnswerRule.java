package dev.weir.models.domain;

import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** How an answer is compared with the expected one. */
public enum AnswerRule {
    /** The whole text, but for case, spacing and a closing full stop or exclamation mark. */
    EXACT,
    /** The same JSON value: order of keys and spacing do not matter. */
    JSON,
    /** What follows the last "Answer:"; the working before it is the model's own affair. */
    FINAL;

    /** Introduces the final answer of a text that shows its working. */
    public static final String FINAL_MARK = "Answer:";

    private static final Pattern SPACES = Pattern.compile("\\s+");
    private static final Pattern CLOSING = Pattern.compile("[.!\\s]+$");
    private static final JsonMapper MAPPER = JsonMapper.shared();

    /** Whether {@code actual} is right where {@code expected} is the reference answer. */
    public boolean accepts(String expected, String actual) {
        return switch (this) {
            case EXACT -> normalised(expected).equals(normalised(actual));
            case JSON -> sameJson(expected, actual);
            case FINAL -> actual.contains(FINAL_MARK) && finalAnswer(expected).equals(finalAnswer(actual));
        };
    }

    /** The normalised text after the last {@link #FINAL_MARK}, or the whole text where there is none. */
    public static String finalAnswer(String text) {
        int mark = text.lastIndexOf(FINAL_MARK);
        return normalised(mark < 0 ? text : text.substring(mark + FINAL_MARK.length()));
    }

    private static String normalised(String text) {
        String spaced = SPACES.matcher(text.strip()).replaceAll(" ");
        return CLOSING.matcher(spaced).replaceAll("").toLowerCase(Locale.ROOT);
    }

    private static boolean sameJson(String expected, String actual) {
        try {
            return MAPPER.readTree(expected).equals(MAPPER.readTree(actual));
        } catch (JacksonException _) {
            return false; // what is not JSON is a wrong answer, not an error
        }
    }
}
