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
}
