package dev.weir.engine.answer;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call as a JSON object with a {@code name} and {@code arguments} (or {@code parameters}), in any order, or a list of such. A call is told
 * once its name is known and its arguments begin; these are handed on as the model writes them. They may also be a string that holds JSON.
 */
final class JsonCalls implements CallSyntax {

    private static final int NAME_CHARS_MAX = 256;
    private static final Set<String> ARGUMENTS = Set.of("arguments", "parameters");
    private static final Set<String> OTHER_FIELDS = Set.of("type", "id");

    private enum State {
        ELEMENT,
        FIRST_KEY,
        NEXT_KEY,
        KEY,
        COLON,
        VALUE,
        NAME,
        ARGUMENTS_OBJECT,
        ARGUMENTS_TEXT,
        OTHER_TEXT,
        OTHER_NESTED,
        OTHER_SCALAR,
        FIELD_END,
        ELEMENT_END
    }

    private final AnswerRules rules;
    private final AnswerParts parts;

    /** No mark says that this is a call, so it must look like one in every respect. */
    private final boolean unmarked;

    private final JsonText string = new JsonText();
    private final JsonExtent extent = new JsonExtent();
    private final StringBuilder argumentsBeforeName = new StringBuilder();
    private State state = State.ELEMENT;
    private boolean inList;
    private boolean anyCall;
    private String key = "";
    private @Nullable String name;
    private boolean argumentsMet;
    private boolean argumentsTold;
    private boolean begun;

    JsonCalls(AnswerRules rules, AnswerParts parts, boolean unmarked) {
        this.rules = rules;
        this.parts = parts;
        this.unmarked = unmarked;
    }

    @Override
    public Reading read(char character) {
        return switch (state) {
            case KEY -> key(character);
            case NAME -> name(character);
            case ARGUMENTS_OBJECT -> argumentsObject(character);
            case ARGUMENTS_TEXT -> argumentsText(character);
            case OTHER_TEXT -> otherText(character);
            case OTHER_NESTED -> otherNested(character);
            case OTHER_SCALAR -> otherScalar(character);
            case ELEMENT, FIRST_KEY, NEXT_KEY, COLON, VALUE, FIELD_END, ELEMENT_END ->
                Character.isWhitespace(character) ? Reading.HELD : between(character);
        };
    }

    @Override
    public boolean finish() {
        return begun;
    }

    private Reading between(char character) {
        return switch (state) {
            case ELEMENT -> element(character);
            case FIRST_KEY -> character == '}' ? endObject() : expect(character, '"', State.KEY);
            case NEXT_KEY -> expect(character, '"', State.KEY);
            case COLON -> expect(character, ':', State.VALUE);
            case VALUE -> value(character);
            case FIELD_END -> character == '}' ? endObject() : expect(character, ',', State.NEXT_KEY);
            case ELEMENT_END -> character == ']' ? Reading.DONE : expect(character, ',', State.ELEMENT);
            case KEY, NAME, ARGUMENTS_OBJECT, ARGUMENTS_TEXT, OTHER_TEXT, OTHER_NESTED, OTHER_SCALAR ->
                throw new AssertionError(state);
        };
    }

    private Reading expect(char character, char expected, State next) {
        if (character != expected) {
            return Reading.REFUSED;
        }
        return enter(next);
    }

    private Reading enter(State next) {
        state = next;
        string.reset();
        extent.reset();
        return Reading.HELD;
    }

    private Reading element(char character) {
        if (character == '[' && !inList) {
            inList = true;
            return Reading.HELD;
        }
        if (character == ']' && anyCall) {
            return Reading.DONE;
        }
        name = null;
        argumentsMet = false;
        argumentsTold = false;
        begun = false;
        argumentsBeforeName.setLength(0);
        return expect(character, '{', State.FIRST_KEY);
    }

    private Reading key(char character) {
        return switch (string.read(character)) {
            case INSIDE -> Reading.HELD;
            case BROKEN -> Reading.REFUSED;
            case END -> {
                key = string.text().toString();
                boolean known = key.equals("name") || ARGUMENTS.contains(key) || OTHER_FIELDS.contains(key);
                yield known || !unmarked ? enter(State.COLON) : Reading.REFUSED;
            }
        };
    }

    private Reading value(char character) {
        if (key.equals("name")) {
            return name == null ? expect(character, '"', State.NAME) : Reading.REFUSED;
        }
        if (ARGUMENTS.contains(key)) {
            if (argumentsMet) {
                return Reading.REFUSED;
            }
            argumentsMet = true;
            return switch (character) {
                case '{' -> {
                    enter(State.ARGUMENTS_OBJECT);
                    yield argumentsObject(character);
                }
                case '"' -> enter(State.ARGUMENTS_TEXT);
                case 'n' -> enter(State.OTHER_SCALAR);
                default -> Reading.REFUSED;
            };
        }
        return switch (character) {
            case '"' -> enter(State.OTHER_TEXT);
            case '{', '[' -> {
                enter(State.OTHER_NESTED);
                yield otherNested(character);
            }
            default -> {
                enter(State.OTHER_SCALAR);
                yield otherScalar(character);
            }
        };
    }

    private Reading name(char character) {
        return switch (string.read(character)) {
            case INSIDE -> string.text().length() <= NAME_CHARS_MAX ? Reading.HELD : Reading.REFUSED;
            case BROKEN -> Reading.REFUSED;
            case END -> {
                String called = string.text().toString();
                if (called.isEmpty() || (unmarked && rules.tool(called).isEmpty())) {
                    yield Reading.REFUSED;
                }
                name = called;
                enter(State.FIELD_END);
                yield argumentsBeforeName.isEmpty() ? Reading.HELD : tell(argumentsBeforeName);
            }
        };
    }

    private Reading argumentsObject(char character) {
        if (!extent.read(character)) {
            return Reading.REFUSED;
        }
        if (extent.isComplete()) {
            state = State.FIELD_END;
        }
        return tell(String.valueOf(character));
    }

    private Reading argumentsText(char character) {
        return switch (string.read(character)) {
            case BROKEN -> Reading.REFUSED;
            case END -> enter(State.FIELD_END);
            case INSIDE -> {
                if (string.text().isEmpty()) {
                    yield Reading.HELD;
                }
                Reading reading = tell(string.text());
                string.text().setLength(0);
                yield reading;
            }
        };
    }

    private Reading otherText(char character) {
        return switch (string.read(character)) {
            case INSIDE -> Reading.HELD;
            case BROKEN -> Reading.REFUSED;
            case END -> enter(State.FIELD_END);
        };
    }

    private Reading otherNested(char character) {
        if (!extent.read(character)) {
            return Reading.REFUSED;
        }
        return extent.isComplete() ? enter(State.FIELD_END) : Reading.HELD;
    }

    private Reading otherScalar(char character) {
        if (Character.isLetterOrDigit(character) || character == '-' || character == '+' || character == '.') {
            return Reading.HELD;
        }
        enter(State.FIELD_END);
        return read(character);
    }

    /** More of the arguments: told, or kept until it is known whose they are. */
    private Reading tell(CharSequence arguments) {
        if (name == null) {
            argumentsBeforeName.append(arguments);
            return Reading.HELD;
        }
        begin(name);
        parts.arguments(arguments);
        argumentsTold = true;
        return Reading.TOLD;
    }

    private void begin(String called) {
        if (!begun) {
            begun = true;
            anyCall = true;
            parts.beginCall(called);
        }
    }

    private Reading endObject() {
        if (name == null) {
            return Reading.REFUSED;
        }
        if (!argumentsTold) {
            tell("{}");
        }
        enter(State.ELEMENT_END);
        return inList ? Reading.TOLD : Reading.DONE;
    }
}
