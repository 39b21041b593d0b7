package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.grammar.ByteSet;
import dev.weir.engine.sampling.constraint.grammar.Expression;
import dev.weir.engine.sampling.constraint.grammar.Expression.Bytes;
import dev.weir.engine.sampling.constraint.grammar.Expression.Intersection;
import dev.weir.engine.sampling.constraint.grammar.Expression.Repeat;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Numbers between bounds, as texts without an exponent. A text is compared with a bound as people do it: by its digits before the point, and
 * where these are the same, by those after it from the left.
 *
 * @param least null where there is none
 * @param most null where there is none
 */
record NumberRange(@Nullable Bound least, @Nullable Bound most) {

    /** A bound that is itself in the range, or not. */
    record Bound(BigDecimal value, boolean exclusive) {
        private Bound negated() {
            return new Bound(value.negate(), exclusive);
        }
    }

    private static final Expression FREE_DIGITS = new Repeat(JsonText.DIGIT, 0, JsonText.DIGITS_MAX);
    private static final Expression POINT = Expression.literal(".");
    private static final Expression ANY_FRACTION =
            Expression.optional(Expression.sequence(POINT, new Repeat(JsonText.DIGIT, 1, JsonText.DIGITS_MAX)));
    private static final Expression ZEROS = new Repeat(Expression.literal("0"), 0, JsonText.DIGITS_MAX);

    boolean isUnbounded() {
        return least == null && most == null;
    }

    /** The integers of the range. */
    Expression integers() {
        return signed(range -> range.magnitudes(true));
    }

    /** The numbers of the range. */
    Expression numbers() {
        return signed(range -> range.magnitudes(false));
    }

    private interface Magnitudes {
        Expression of(NumberRange range);
    }

    /** Negative numbers are the mirrored range behind a sign. */
    private Expression signed(Magnitudes magnitudes) {
        NumberRange mirrored =
                new NumberRange(most == null ? null : most.negated(), least == null ? null : least.negated());
        return Expression.choice(
                magnitudes.of(this), Expression.sequence(Expression.literal("-"), magnitudes.of(mirrored)));
    }

    private Expression magnitudes(boolean whole) {
        Expression shape = whole
                ? Expression.choice(
                        Expression.literal("0"),
                        Expression.sequence(JsonText.DIGIT_NOT_ZERO, new Repeat(JsonText.DIGIT, 0, digitsMax() - 1)))
                : Expression.sequence(JsonText.digits(), ANY_FRACTION);
        List<Expression> all = new ArrayList<>(List.of(shape));
        if (least != null && (least.value().signum() > 0 || (least.value().signum() == 0 && least.exclusive()))) {
            all.add(atLeast(least));
        }
        if (most != null) {
            all.add(atMost(most));
        }
        return all.size() == 1 ? shape : new Intersection(all);
    }

    private int digitsMax() {
        int most = this.most == null ? 0 : wholePart(this.most.value()).length();
        int least = this.least == null ? 0 : wholePart(this.least.value()).length();
        return Math.max(JsonText.DIGITS_MAX, Math.max(most, least));
    }

    private static Expression atLeast(Bound bound) {
        String whole = wholePart(bound.value());
        String fraction = fractionPart(bound.value());
        List<Expression> fractions = new ArrayList<>();
        if (fraction.isEmpty() && !bound.exclusive()) {
            fractions.add(ANY_FRACTION);
        } else {
            for (int i = 0; i < fraction.length(); i++) {
                addDifferent(fractions, fraction, i, fraction.charAt(i) + 1, '9');
            }
            Expression more =
                    bound.exclusive() ? Expression.sequence(ZEROS, JsonText.DIGIT_NOT_ZERO, FREE_DIGITS) : FREE_DIGITS;
            fractions.add(Expression.sequence(Expression.literal("." + fraction), more));
        }
        return Expression.choice(
                Expression.sequence(greater(whole), ANY_FRACTION),
                Expression.sequence(Expression.literal(whole), Expression.choice(fractions)));
    }

    private static Expression atMost(Bound bound) {
        if (bound.value().signum() < 0) {
            return Expression.NOTHING;
        }
        String whole = wholePart(bound.value());
        String fraction = fractionPart(bound.value());
        List<Expression> fractions = new ArrayList<>();
        if (!fraction.isEmpty() || !bound.exclusive()) {
            fractions.add(Expression.EMPTY);
        }
        for (int i = 0; i < fraction.length(); i++) {
            if (i > 0) {
                fractions.add(Expression.literal("." + fraction.substring(0, i)));
            }
            addDifferent(fractions, fraction, i, '0', fraction.charAt(i) - 1);
        }
        if (!bound.exclusive()) {
            Expression nothingMore = fraction.isEmpty() ? Expression.sequence(Expression.literal("0"), ZEROS) : ZEROS;
            fractions.add(Expression.sequence(Expression.literal("." + fraction), nothingMore));
        }
        return Expression.choice(
                Expression.sequence(smaller(whole), ANY_FRACTION),
                Expression.sequence(Expression.literal(whole), new Expression.Choice(fractions)));
    }

    /** Fractions that are the same as the bound's up to a digit, and then have one between two others. */
    private static void addDifferent(List<Expression> to, String fraction, int index, int first, int last) {
        if (first <= last) {
            to.add(Expression.sequence(
                    Expression.literal("." + fraction.substring(0, index)),
                    new Bytes(ByteSet.range(first, last)),
                    FREE_DIGITS));
        }
    }

    /** Integers without sign that are greater than a given one: with more digits, or with a greater digit somewhere. */
    private static Expression greater(String whole) {
        List<Expression> all = new ArrayList<>();
        all.add(Expression.sequence(
                JsonText.DIGIT_NOT_ZERO, new Repeat(JsonText.DIGIT, whole.length(), Repeat.UNBOUNDED)));
        for (int i = 0; i < whole.length(); i++) {
            addDigits(all, whole, i, whole.charAt(i) + 1, '9');
        }
        return new Expression.Choice(all);
    }

    private static Expression smaller(String whole) {
        List<Expression> all = new ArrayList<>();
        if (whole.length() > 1) {
            all.add(Expression.literal("0"));
            all.add(Expression.sequence(JsonText.DIGIT_NOT_ZERO, new Repeat(JsonText.DIGIT, 0, whole.length() - 2)));
        }
        for (int i = 0; i < whole.length(); i++) {
            addDigits(all, whole, i, i == 0 && whole.length() > 1 ? '1' : '0', whole.charAt(i) - 1);
        }
        return new Expression.Choice(all);
    }

    private static void addDigits(List<Expression> to, String whole, int index, int first, int last) {
        if (first <= last) {
            to.add(Expression.sequence(
                    Expression.literal(whole.substring(0, index)),
                    new Bytes(ByteSet.range(first, last)),
                    JsonText.times(JsonText.DIGIT, whole.length() - index - 1)));
        }
    }

    private static String wholePart(BigDecimal value) {
        BigInteger whole = value.abs().toBigInteger();
        return whole.toString();
    }

    private static String fractionPart(BigDecimal value) {
        String plain = value.abs().stripTrailingZeros().toPlainString();
        int point = plain.indexOf('.');
        return point < 0 ? "" : plain.substring(point + 1);
    }
}
