package dev.weir.engine.answer;

import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A call as {@code <function=NAME>} with a {@code <parameter=KEY>} for each argument. Values are not quoted; the tool's schema says which
 * of them are texts, and these are told while they are written. Of the others, what is JSON is told as JSON.
 */
final class XmlCall implements CallSyntax {

    static final String FUNCTION_OPENING = "<function=";

    private static final String FUNCTION_CLOSING = "</function>";
    private static final String PARAMETER_OPENING = "<parameter=";
    private static final String PARAMETER_CLOSING = "</parameter>";
    private static final String PARAMETER_CLOSING_LINE = "\n" + PARAMETER_CLOSING;
    private static final int NAME_CHARS_MAX = 256;

    /** A longer value is told as a text, whatever it is meant to be. */
    private static final int JSON_VALUE_CHARS_MAX = 64 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private enum State {
        FUNCTION,
        NAME,
        BETWEEN,
        KEY,
        VALUE
    }

    private final AnswerRules rules;
    private final AnswerParts parts;

    /** What is read of a mark, a name, or what may be the end of a value. */
    private final StringBuilder pending = new StringBuilder();

    private final StringBuilder value = new StringBuilder();
    private State state = State.FUNCTION;
    private Set<String> textParameters = Set.of();
    private boolean anyParameter;
    private boolean valueIsText;
    private boolean valueBegins;

    XmlCall(AnswerRules rules, AnswerParts parts) {
        this.rules = rules;
        this.parts = parts;
    }

    /** Begins behind {@link #FUNCTION_OPENING}. */
    XmlCall opened() {
        state = State.NAME;
        return this;
    }

    @Override
    public Reading read(char character) {
        return switch (state) {
            case FUNCTION -> function(character);
            case NAME -> name(character);
            case BETWEEN -> between(character);
            case KEY -> key(character);
            case VALUE -> value(character);
        };
    }

    private Reading function(char character) {
        pending.append(character);
        if (FUNCTION_OPENING.contentEquals(pending)) {
            return enter(State.NAME, Reading.HELD);
        }
        return FUNCTION_OPENING.startsWith(pending.toString()) ? Reading.HELD : Reading.REFUSED;
    }

    private Reading name(char character) {
        if (character != '>') {
            return collect(character);
        }
        String name = pending.toString().strip();
        if (name.isEmpty()) {
            return Reading.REFUSED;
        }
        textParameters = rules.tool(name).map(OfferedTool::textParameters).orElse(Set.of());
        parts.beginCall(name);
        return enter(State.BETWEEN, Reading.TOLD);
    }

    private Reading collect(char character) {
        pending.append(character);
        return pending.length() <= NAME_CHARS_MAX && character != '<' ? Reading.HELD : Reading.REFUSED;
    }

    private Reading between(char character) {
        if (pending.isEmpty() && Character.isWhitespace(character)) {
            return Reading.HELD;
        }
        pending.append(character);
        String mark = pending.toString();
        if (mark.equals(PARAMETER_OPENING)) {
            return enter(State.KEY, Reading.HELD);
        }
        if (mark.equals(FUNCTION_CLOSING)) {
            endArguments();
            return Reading.DONE;
        }
        if (PARAMETER_OPENING.startsWith(mark) || FUNCTION_CLOSING.startsWith(mark)) {
            return Reading.HELD;
        }
        endArguments();
        return Reading.REFUSED;
    }

    private void endArguments() {
        parts.arguments(anyParameter ? "}" : "{}");
    }

    private Reading key(char character) {
        if (character != '>') {
            Reading reading = collect(character);
            if (reading == Reading.REFUSED) {
                endArguments();
            }
            return reading;
        }
        String key = pending.toString().strip();
        StringBuilder opening = new StringBuilder(anyParameter ? ", \"" : "{\"");
        JsonText.escape(key, opening);
        parts.arguments(opening.append("\": "));
        anyParameter = true;
        valueBegins = true;
        valueIsText = textParameters.contains(key);
        if (valueIsText) {
            parts.arguments("\"");
        }
        return enter(State.VALUE, Reading.TOLD);
    }

    private Reading value(char character) {
        pending.append(character);
        while (!pending.isEmpty()) {
            String end = pending.toString();
            if (end.equals(PARAMETER_CLOSING) || end.equals(PARAMETER_CLOSING_LINE)) {
                endValue();
                return enter(State.BETWEEN, Reading.TOLD);
            }
            if (PARAMETER_CLOSING.startsWith(end) || PARAMETER_CLOSING_LINE.startsWith(end)) {
                break;
            }
            addToValue(pending.charAt(0));
            pending.deleteCharAt(0);
        }
        return Reading.TOLD;
    }

    private void addToValue(char character) {
        boolean layout = valueBegins && character == '\n'; // templates write values on lines of their own
        valueBegins = false;
        if (layout) {
            return;
        }
        value.append(character);
        if (!valueIsText && value.length() > JSON_VALUE_CHARS_MAX) {
            valueIsText = true;
            parts.arguments("\"");
        }
        if (valueIsText) {
            tellText();
        }
    }

    private void tellText() {
        StringBuilder escaped = new StringBuilder();
        JsonText.escape(value, escaped);
        parts.arguments(escaped);
        value.setLength(0);
    }

    private void endValue() {
        if (valueIsText) {
            parts.arguments("\"");
        } else {
            parts.arguments(json(value.toString()));
        }
        value.setLength(0);
    }

    private static String json(String value) {
        String trimmed = value.strip();
        return switch (trimmed) { // as the templates of these models write them, by way of Python
            case "True" -> "true";
            case "False" -> "false";
            case "None" -> "null";
            default -> isJson(trimmed) ? trimmed : quoted(value);
        };
    }

    private static boolean isJson(String text) {
        try {
            return !JSON.readTree(text).isMissingNode();
        } catch (JacksonException _) {
            return false;
        }
    }

    private static String quoted(String value) {
        StringBuilder text = new StringBuilder("\"");
        JsonText.escape(value, text);
        return text.append('"').toString();
    }

    private Reading enter(State next, Reading reading) {
        pending.setLength(0);
        state = next;
        return reading;
    }

    /** A value that was cut off is told as far as it goes. */
    @Override
    public boolean finish() {
        parts.arguments(value);
        value.setLength(0);
        return state == State.BETWEEN || state == State.KEY || state == State.VALUE;
    }
}
