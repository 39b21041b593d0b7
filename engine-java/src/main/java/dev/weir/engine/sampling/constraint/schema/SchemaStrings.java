package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.ConstraintException;
import dev.weir.engine.sampling.constraint.ConstraintLimits;
import dev.weir.engine.sampling.constraint.grammar.CodePoints;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Intersection;
import dev.weir.engine.sampling.constraint.grammar.Expression.Repeat;
import dev.weir.engine.sampling.constraint.regex.RegexLanguage;
import dev.weir.engine.sampling.constraint.regex.RegexParser;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code minLength}, {@code maxLength}, {@code pattern} and {@code format}. Characters are counted as Unicode counts them, however they are
 * spelled. Where a pattern or a format says which characters there are, each has one spelling.
 */
final class SchemaStrings {

    private final JsonRules rules;
    private final ConstraintLimits limits;

    SchemaStrings(JsonRules rules, ConstraintLimits limits) {
        this.rules = rules;
        this.limits = limits;
    }

    Expression of(SchemaNode schema) {
        int lengthMin = schema.count("minLength", 0);
        int lengthMax = schema.count("maxLength", Repeat.UNBOUNDED);
        boolean anyLength = lengthMin == 0 && lengthMax == Repeat.UNBOUNDED;
        if (lengthMax < lengthMin) {
            throw schema.refuse("maxLength", "is less than \"minLength\"");
        }
        List<Expression> all = new ArrayList<>();
        if (schema.has("pattern")) {
            all.add(pattern(schema));
        }
        if (schema.has("format")) {
            all.add(format(schema));
        }
        if (all.isEmpty()) {
            return anyLength
                    ? rules.anyString()
                    : JsonText.quoted(new Repeat(JsonText.anyCharacter(), lengthMin, lengthMax));
        }
        if (!anyLength) {
            all.add(new Repeat(JsonText.plain(CodePoints.ALL), lengthMin, lengthMax));
        }
        return JsonText.quoted(all.size() == 1 ? all.getFirst() : new Intersection(all));
    }

    private Expression pattern(SchemaNode schema) {
        try {
            return RegexLanguage.containing(RegexParser.parse(schema.text("pattern"), limits), JsonText::plain);
        } catch (ConstraintException refusal) {
            throw schema.refuse("pattern", "cannot be used: " + refusal.getMessage());
        }
    }

    private Expression format(SchemaNode schema) {
        String format = schema.text("format");
        String pattern = Formats.pattern(format)
                .orElseThrow(() -> schema.refuse(
                        "format", "is not supported: " + format + "; those that are: " + Formats.names()));
        return RegexLanguage.whole(RegexParser.parse(pattern, limits), JsonText::plain);
    }
}
