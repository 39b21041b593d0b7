package dev.weir.engine.answer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What follows {@code [TOOL_CALLS]}: JSON as older models write it, or a name and its arguments. */
final class MistralCalls implements CallSyntax {

    /** What may stand between a name and its arguments. */
    static final String ARGUMENTS = "[ARGS]";

    private static final int HEADER_CHARS_MAX = 512;

    /** The name, perhaps an id, and perhaps the mark of the arguments. */
    private static final Pattern HEADER =
            Pattern.compile("\\s*([A-Za-z0-9_.:-]{1,256})(?:\\[CALL_ID][A-Za-z0-9]*)?(?:\\[ARGS])?\\s*");

    private final AnswerParts parts;
    private final JsonCalls json;
    private final JsonExtent extent = new JsonExtent();
    private final StringBuilder header = new StringBuilder();
    private @Nullable Boolean older;
    private boolean begun;

    MistralCalls(AnswerParts parts, JsonCalls json) {
        this.parts = parts;
        this.json = json;
    }

    @Override
    public Reading read(char character) {
        if (older == null) {
            if (Character.isWhitespace(character)) {
                return Reading.HELD;
            }
            older = character == '[' || character == '{';
        }
        if (older) {
            return json.read(character);
        }
        return begun ? arguments(character) : header(character);
    }

    @Override
    public boolean finish() {
        return begun || json.finish();
    }

    private Reading header(char character) {
        if (character != '{') {
            header.append(character);
            return header.length() <= HEADER_CHARS_MAX ? Reading.HELD : Reading.REFUSED;
        }
        Matcher matcher = HEADER.matcher(header);
        if (!matcher.matches()) {
            return Reading.REFUSED;
        }
        begun = true;
        parts.beginCall(matcher.group(1));
        return arguments(character);
    }

    private Reading arguments(char character) {
        if (!extent.read(character)) {
            return Reading.REFUSED;
        }
        parts.arguments(String.valueOf(character));
        return extent.isComplete() ? Reading.DONE : Reading.TOLD;
    }
}
