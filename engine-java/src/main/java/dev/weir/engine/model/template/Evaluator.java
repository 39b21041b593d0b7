package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Expression.CallArguments;
import dev.weir.engine.model.template.Value.Arguments;
import dev.weir.engine.model.template.Value.Bool;
import dev.weir.engine.model.template.Value.Callable;
import dev.weir.engine.model.template.Value.Dict;
import dev.weir.engine.model.template.Value.Items;
import dev.weir.engine.model.template.Value.Text;
import dev.weir.engine.model.template.Value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Computes expressions in a scope. */
final class Evaluator {

    private Evaluator() {}

    static Value evaluate(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Literal(Value value) -> value;
            case Expression.Name(String name) -> scope.get(name);
            case Expression.ListOf(var elements, boolean tuple) -> new Items(all(elements, scope), tuple);
            case Expression.DictOf(var entries) -> dict(entries, scope);
            case Expression.Attribute(var target, String name) -> Members.attribute(evaluate(target, scope), name);
            case Expression.Subscript(var target, var key) ->
                Members.subscript(evaluate(target, scope), evaluate(key, scope));
            case Expression.Slice(var target, var from, var to, var step) ->
                Members.slice(
                        evaluate(target, scope), optional(from, scope), optional(to, scope), optional(step, scope));
            case Expression.Call(var callee, var arguments) ->
                call(evaluate(callee, scope), arguments(arguments, scope));
            case Expression.Filtered(var input, String filter, var arguments) ->
                Filters.apply(filter, evaluate(input, scope), arguments(arguments, scope));
            case Expression.Tested(var input, String test, var arguments) ->
                Bool.of(Tests.apply(test, evaluate(input, scope), arguments(arguments, scope)));
            case Expression.Not(var operand) -> Bool.of(!truth(operand, scope));
            case Expression.Negate(var operand) -> Arithmetic.negate(evaluate(operand, scope));
            case Expression.And(var left, var right) -> {
                Value first = evaluate(left, scope);
                yield Operations.truth(first) ? evaluate(right, scope) : first;
            }
            case Expression.Or(var left, var right) -> {
                Value first = evaluate(left, scope);
                yield Operations.truth(first) ? first : evaluate(right, scope);
            }
            case Expression.Binary(var operator, var left, var right) ->
                Arithmetic.apply(operator, evaluate(left, scope), evaluate(right, scope));
            case Expression.Compared compared -> compare(compared, scope);
            case Expression.Joined(var parts) -> join(parts, scope);
            case Expression.Conditional(var condition, var then, var otherwise) -> {
                if (truth(condition, scope)) {
                    yield evaluate(then, scope);
                }
                yield otherwise == null
                        ? new Undefined("the inline if-expression is false and has no else")
                        : evaluate(otherwise, scope);
            }
        };
    }

    static boolean truth(Expression expression, Scope scope) {
        return Operations.truth(evaluate(expression, scope));
    }

    private static @Nullable Value optional(@Nullable Expression expression, Scope scope) {
        return expression == null ? null : evaluate(expression, scope);
    }

    private static List<Value> all(List<Expression> expressions, Scope scope) {
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private static Value dict(List<Expression.Entry> entries, Scope scope) {
        SequencedMap<Value, Value> values = new LinkedHashMap<>();
        for (Expression.Entry entry : entries) {
            Operations.put(values, evaluate(entry.key(), scope), evaluate(entry.value(), scope));
        }
        return new Dict(values);
    }

    private static Value compare(Expression.Compared compared, Scope scope) {
        Value left = evaluate(compared.first(), scope);
        for (Expression.Link link : compared.links()) {
            Value right = evaluate(link.operand(), scope);
            if (!holds(link.comparison(), left, right)) {
                return Bool.FALSE;
            }
            left = right;
        }
        return Bool.TRUE;
    }

    /** What has no order with a number (Not a Number) compares as 2, so that only inequality holds. */
    private static boolean holds(Expression.Comparison comparison, Value left, Value right) {
        return switch (comparison) {
            case EQUAL -> Operations.equal(left, right);
            case NOT_EQUAL -> !Operations.equal(left, right);
            case IN -> Operations.contains(right, left);
            case NOT_IN -> !Operations.contains(right, left);
            case LESS -> Operations.compare(left, right) == -1;
            case GREATER -> Operations.compare(left, right) == 1;
            case LESS_OR_EQUAL -> Operations.compare(left, right) <= 0;
            case GREATER_OR_EQUAL -> (Operations.compare(left, right) & 2) == 0;
        };
    }

    private static Value join(List<Expression> parts, Scope scope) {
        StringBuilder out = new StringBuilder();
        for (Expression part : parts) {
            out.append(PythonText.str(evaluate(part, scope)));
            Text.requireTextLength(out.length());
        }
        return new Text(out.toString());
    }

    static Value call(Value callee, Arguments arguments) {
        return switch (callee) {
            case Callable(var _, var body) -> body.call(arguments);
            case Value.Attributed object -> object.call(arguments);
            case Undefined(String problem) -> throw TemplateException.of(problem);
            default -> throw TemplateException.of("a " + Operations.typeName(callee) + " cannot be called");
        };
    }

    static Arguments arguments(CallArguments written, Scope scope) {
        if (written.equals(CallArguments.NONE)) {
            return Arguments.NONE;
        }
        List<Value> positional = all(written.positional(), scope);
        if (written.spreadPositional() != null) {
            positional.addAll(Operations.toList(evaluate(written.spreadPositional(), scope)));
        }
        Map<String, Value> named = new LinkedHashMap<>();
        for (Expression.NamedArgument argument : written.named()) {
            named.put(argument.name(), evaluate(argument.value(), scope));
        }
        if (written.spreadNamed() != null && evaluate(written.spreadNamed(), scope) instanceof Dict(var entries)) {
            entries.forEach((name, value) -> named.put(Operations.toText(name), value));
        }
        return new Arguments(positional, named);
    }
}
