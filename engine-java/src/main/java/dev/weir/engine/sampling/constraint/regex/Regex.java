package dev.weir.engine.sampling.constraint.regex;

import dev.weir.engine.sampling.constraint.grammar.CodePoints;
import java.util.List;

/** A regular expression over characters. */
public sealed interface Regex {

    /** One of these characters. */
    record One(CodePoints set) implements Regex {}

    record Sequence(List<Regex> parts) implements Regex {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    record Choice(List<Regex> alternatives) implements Regex {
        public Choice {
            alternatives = List.copyOf(alternatives);
        }
    }

    /** As often as from {@code min} to {@code max}, which is {@link Integer#MAX_VALUE} for no bound. */
    record Repeat(Regex repeated, int min, int max) implements Regex {}

    /** The beginning of the text. */
    record Start() implements Regex {}

    /** The end of the text. */
    record End() implements Regex {}
}
