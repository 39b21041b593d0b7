package dev.weir.engine.sampling.constraint;

import java.util.List;

/** What a caller says of an answer's form. */
public sealed interface ConstraintSource {

    /** A JSON document that is valid under a schema. */
    record JsonSchema(String schema) implements ConstraintSource {}

    /** Any JSON object. */
    record JsonObject() implements ConstraintSource {}

    /** A text that a regular expression matches as a whole. */
    record RegularExpression(String pattern) implements ConstraintSource {}

    /** One of these texts. */
    record Choice(List<String> texts) implements ConstraintSource {
        public Choice {
            texts = List.copyOf(texts);
        }
    }

    /** A text of a grammar in GBNF. */
    record Gbnf(String grammar) implements ConstraintSource {}

    /**
     * A text as its model writes it, in which parts have a form: those that a mark begins, and, where it is written without marks, the whole
     * text.
     *
     * @param schema whose subschemas forms refer to
     * @param thoughts what stands before the text, of which nothing has a form
     * @param marked anywhere in the text
     * @param unmarked where the text begins with one of their first characters; then it consists of such forms, with {@code ;} between,
     *     and so does the rest of a text behind a marked one
     */
    record MarkedText(String schema, Thoughts thoughts, List<Marked> marked, List<Form> unmarked)
            implements ConstraintSource {
        public MarkedText {
            marked = List.copyOf(marked);
            unmarked = List.copyOf(unmarked);
        }
    }

    /**
     * Marks of what a model writes for itself.
     *
     * @param opening empty where it thinks nothing
     * @param begun whether the text begins in the middle of it
     */
    record Thoughts(String opening, String closing, boolean begun) {
        public static final Thoughts NONE = new Thoughts("", "", false);
    }

    /**
     * A mark, and the form of what follows it.
     *
     * @param isWord the mark is a word of the language, too, and counts only before a bracket
     */
    record Marked(String mark, boolean isWord, Form form) {}

    /** Parts, one after the other. */
    record Form(List<Part> parts) {
        public Form {
            parts = List.copyOf(parts);
        }

        public static Form of(Part... parts) {
            return new Form(List.of(parts));
        }
    }

    /** A part of a form. */
    sealed interface Part {

        /** These characters. */
        record Literal(String text) implements Part {}

        /** What JSON may have between two of its signs. */
        record Space() implements Part {}

        /** A document under the subschema at this pointer ({@code #/$defs/name}). */
        record Document(String pointer) implements Part {}
    }
}
