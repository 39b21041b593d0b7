package dev.weir.engine.sampling.constraint;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
     * An answer of which all has a form: it is a document, or calls in a row; thoughts may stand before either.
     *
     * @param document itself, without thoughts
     * @param calls null where it may not call
     */
    record DocumentOrCalls(
            Thoughts thoughts,
            ConstraintSource document,
            @Nullable Calls calls) implements ConstraintSource {}

    /**
     * Calls, one after the other.
     *
     * @param schema whose subschemas forms refer to
     * @param forms of one call, its mark included
     * @param between two of them, beside white space
     * @param several whether there may be more than one
     */
    record Calls(String schema, List<Form> forms, String between, boolean several) {
        public Calls {
            forms = List.copyOf(forms);
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

        /** This form behind a text. */
        public Form behind(String text) {
            List<Part> all = new ArrayList<>(parts.size() + 1);
            all.add(new Part.Literal(text));
            all.addAll(parts);
            return new Form(all);
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

        /** One of these texts. */
        record OneOf(List<String> texts) implements Part {
            public OneOf {
                texts = List.copyOf(texts);
            }
        }

        /** Any text up to the first of these marks, and the mark. */
        record Until(String mark) implements Part {}

        /** The form again and again, up to so many times. */
        record Again(Form form, int max) implements Part {}
    }
}
