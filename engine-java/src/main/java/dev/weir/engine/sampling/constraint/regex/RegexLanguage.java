package dev.weir.engine.sampling.constraint.regex;

import dev.weir.engine.sampling.constraint.ConstraintException;
import dev.weir.engine.sampling.constraint.grammar.CodePoints;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** From a parsed pattern to the texts that it describes: resolves anchors, and spells characters as the place of the text demands. */
public final class RegexLanguage {

    private static final Regex ANYTHING = new Regex.Repeat(new Regex.One(CodePoints.ALL), 0, Integer.MAX_VALUE);

    private RegexLanguage() {}

    /** The texts that match as a whole; anchors at their ends say nothing new. */
    public static Expression whole(Regex regex, Function<CodePoints, Expression> spelling) {
        return spelled(anchored(regex, false), spelling);
    }

    /** The texts in which a match can be found, as JSON Schema's {@code pattern} means it. */
    public static Expression containing(Regex regex, Function<CodePoints, Expression> spelling) {
        return spelled(anchored(regex, true), spelling);
    }

    private static Regex anchored(Regex regex, boolean search) {
        if (regex instanceof Regex.Choice(List<Regex> alternatives)) {
            return new Regex.Choice(
                    alternatives.stream().map(each -> anchored(each, search)).toList());
        }
        List<Regex> parts = new ArrayList<>(regex instanceof Regex.Sequence(List<Regex> all) ? all : List.of(regex));
        if (parts.size() == 1 && parts.getFirst() instanceof Regex.Sequence inner) {
            return anchored(inner, search);
        }
        boolean fromStart = false;
        while (!parts.isEmpty() && parts.getFirst() instanceof Regex.Start) {
            parts.removeFirst();
            fromStart = true;
        }
        boolean toEnd = false;
        while (!parts.isEmpty() && parts.getLast() instanceof Regex.End) {
            parts.removeLast();
            toEnd = true;
        }
        if (search && !fromStart) {
            parts.addFirst(ANYTHING);
        }
        if (search && !toEnd) {
            parts.addLast(ANYTHING);
        }
        return new Regex.Sequence(parts);
    }

    private static Expression spelled(Regex regex, Function<CodePoints, Expression> spelling) {
        return switch (regex) {
            case Regex.One(CodePoints set) -> spelling.apply(set);
            case Regex.Sequence(List<Regex> parts) ->
                new Expression.Sequence(
                        parts.stream().map(part -> spelled(part, spelling)).toList());
            case Regex.Choice(List<Regex> alternatives) ->
                new Expression.Choice(alternatives.stream()
                        .map(each -> spelled(each, spelling))
                        .toList());
            case Regex.Repeat(Regex repeated, int min, int max) ->
                new Expression.Repeat(spelled(repeated, spelling), min, max);
            case Regex.Start _, Regex.End _ ->
                throw new ConstraintException(
                        "the regular expression has ^ or $ in its middle: anchors are supported at the ends of alternatives only");
        };
    }
}
