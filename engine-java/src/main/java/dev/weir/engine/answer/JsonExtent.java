package dev.weir.engine.answer;

/**
 * Finds the end of a JSON object or list in text that comes a character at a time. It sees to brackets and strings; what else a model gets
 * wrong inside is the receiver's to find, as long as it is spelled with characters of JSON.
 */
final class JsonExtent {

    private static final int NESTING_MAX = 256;

    private final StringBuilder closings = new StringBuilder();
    private boolean inString;
    private boolean escaped;

    /** Begins anew, before the opening bracket. */
    void reset() {
        closings.setLength(0);
        inString = false;
        escaped = false;
    }

    /** Whether the character can be part of the value; after one that cannot, nothing is read any more. */
    boolean read(char character) {
        if (inString) {
            if (escaped) {
                escaped = false;
            } else if (character == '\\') {
                escaped = true;
            } else if (character == '"') {
                inString = false;
            }
            return true;
        }
        return switch (character) {
            case '"' -> {
                inString = true;
                yield true;
            }
            case '{' -> open('}');
            case '[' -> open(']');
            case '}', ']' -> close(character);
            case ',', ':', '+', '-', '.' -> true;
            default -> character < 0x80 && (Character.isLetterOrDigit(character) || Character.isWhitespace(character));
        };
    }

    private boolean open(char closing) {
        closings.append(closing);
        return closings.length() <= NESTING_MAX;
    }

    private boolean close(char closing) {
        int last = closings.length() - 1;
        if (last < 0 || closings.charAt(last) != closing) {
            return false;
        }
        closings.setLength(last);
        return true;
    }

    /** Whether the last bracket was closed. */
    boolean isComplete() {
        return closings.isEmpty() && !inString;
    }
}
