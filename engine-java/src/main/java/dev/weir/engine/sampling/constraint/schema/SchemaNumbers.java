package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.schema.NumberRange.Bound;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code minimum} and its kin, and {@code multipleOf}. */
final class SchemaNumbers {

    private SchemaNumbers() {}

    static Expression of(SchemaNode schema, JsonType type, JsonRules rules) {
        boolean whole = type == JsonType.INTEGER;
        NumberRange range = new NumberRange(
                tighter(bound(schema, "minimum", false), bound(schema, "exclusiveMinimum", true), 1),
                tighter(bound(schema, "maximum", false), bound(schema, "exclusiveMaximum", true), -1));
        BigDecimal factor = schema.number("multipleOf");
        if (factor == null && range.isUnbounded()) {
            return whole ? rules.integer() : rules.number();
        }
        Expression inRange = whole ? range.integers() : range.numbers();
        if (factor == null) {
            return inRange;
        }
        if (factor.signum() <= 0) {
            throw schema.refuse("multipleOf", "must be greater than 0");
        }
        Expression multiples = Multiples.of(factor, whole)
                .orElseThrow(() -> schema.unsupported("multipleOf", " for so large or so fine a number: " + factor));
        Expression signed = Expression.sequence(Expression.optional(Expression.literal("-")), multiples);
        return new Expression.Intersection(List.of(inRange, signed));
    }

    private static @Nullable Bound bound(SchemaNode schema, String keyword, boolean exclusive) {
        BigDecimal value = schema.number(keyword);
        return value == null ? null : new Bound(value, exclusive);
    }

    private static @Nullable Bound tighter(@Nullable Bound inclusive, @Nullable Bound exclusive, int sign) {
        if (inclusive == null || exclusive == null) {
            return inclusive == null ? exclusive : inclusive;
        }
        return sign * inclusive.value().compareTo(exclusive.value()) > 0 ? inclusive : exclusive;
    }
}
