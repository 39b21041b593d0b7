package dev.weir.engine.model.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has a value. */
sealed interface Expression {

    record Literal(Value value) implements Expression {}

    record Name(String name) implements Expression {}

    record ListOf(List<Expression> elements, boolean tuple) implements Expression {}

    record DictOf(List<Entry> entries) implements Expression {}

    record Entry(Expression key, Expression value) {}

    /** {@code target.name}: attributes and methods before keys. */
    record Attribute(Expression target, String name) implements Expression {}

    /** {@code target[key]}: keys before attributes and methods. */
    record Subscript(Expression target, Expression key) implements Expression {}

    record Slice(
            Expression target,
            @Nullable Expression from,
            @Nullable Expression to,
            @Nullable Expression step) implements Expression {}

    record Call(Expression callee, CallArguments arguments) implements Expression {}

    record Filtered(Expression input, String filter, CallArguments arguments) implements Expression {}

    record Tested(Expression input, String test, CallArguments arguments) implements Expression {}

    record Not(Expression operand) implements Expression {}

    record Negate(Expression operand) implements Expression {}

    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    record Binary(BinaryOperator operator, Expression left, Expression right) implements Expression {}

    /** {@code first < second <= third}: every link must hold. */
    record Compared(Expression first, List<Link> links) implements Expression {}

    record Link(Comparison comparison, Expression operand) {}

    /** {@code a ~ b}: what the parts print, joined. */
    record Joined(List<Expression> parts) implements Expression {}

    record Conditional(
            Expression condition, Expression then, @Nullable Expression otherwise) implements Expression {}

    /** Arguments as written. */
    record CallArguments(
            List<Expression> positional,
            List<NamedArgument> named,
            @Nullable Expression spreadPositional,
            @Nullable Expression spreadNamed) {

        static final CallArguments NONE = new CallArguments(List.of(), List.of(), null, null);
    }

    record NamedArgument(String name, Expression value) {}

    /** Arithmetic. */
    enum BinaryOperator {
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        DIVIDE("/"),
        FLOOR_DIVIDE("//"),
        MODULO("%"),
        POWER("**");

        private final String symbol;

        BinaryOperator(String symbol) {
            this.symbol = symbol;
        }

        String symbol() {
            return symbol;
        }
    }

    /** Comparison. */
    enum Comparison {
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        IN,
        NOT_IN
    }
}
