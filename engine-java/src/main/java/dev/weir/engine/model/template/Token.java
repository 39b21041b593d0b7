package dev.weir.engine.model.template;

/**
 * A piece of a template's source.
 *
 * @param text of {@link Kind#DATA} what is printed, of {@link Kind#STRING} what it stands for, otherwise as written
 */
record Token(Kind kind, String text, int line) {

    enum Kind {
        DATA,
        OUTPUT_BEGIN,
        OUTPUT_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind expected, String expectedText) {
        return kind == expected && text.equals(expectedText);
    }

    /** How an error shows it. */
    String shown() {
        return switch (kind) {
            case DATA -> "text";
            case OUTPUT_BEGIN -> "'{{'";
            case OUTPUT_END -> "'}}'";
            case BLOCK_BEGIN -> "'{%'";
            case BLOCK_END -> "'%}'";
            case END -> "the end of the template";
            case STRING -> "a string";
            case NAME, INTEGER, FLOAT, OPERATOR -> "'" + text + "'";
        };
    }
}
