package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Value.Arguments;
import dev.weir.engine.model.template.Value.Bool;
import dev.weir.engine.model.template.Value.Dict;
import dev.weir.engine.model.template.Value.Generator;
import dev.weir.engine.model.template.Value.Int;
import dev.weir.engine.model.template.Value.Items;
import dev.weir.engine.model.template.Value.None;
import dev.weir.engine.model.template.Value.Real;
import dev.weir.engine.model.template.Value.Text;
import dev.weir.engine.model.template.Value.Undefined;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** Jinja's tests by name: what may stand after {@code is}. */
final class Tests {

    private static final Map<String, BiPredicate<Value, Arguments>> TESTS = all();

    private Tests() {}

    static boolean apply(String name, Value input, Arguments arguments) {
        BiPredicate<Value, Arguments> test = TESTS.get(name);
        if (test == null) {
            throw TemplateException.of("the test '" + name + "' is not supported");
        }
        return test.test(input, arguments);
    }

    private static Map<String, BiPredicate<Value, Arguments>> all() {
        Map<String, BiPredicate<Value, Arguments>> tests = new HashMap<>();
        kinds(tests);
        comparisons(tests);
        return Map.copyOf(tests);
    }

    private static void kinds(Map<String, BiPredicate<Value, Arguments>> tests) {
        kind(tests, "defined", value -> !(value instanceof Undefined));
        kind(tests, "undefined", value -> value instanceof Undefined);
        kind(tests, "none", value -> value == None.NONE);
        kind(tests, "boolean", value -> value instanceof Bool);
        kind(tests, "true", value -> value == Bool.TRUE);
        kind(tests, "false", value -> value == Bool.FALSE);
        kind(tests, "integer", value -> value instanceof Int);
        kind(tests, "float", value -> value instanceof Real);
        kind(tests, "number", Operations::isNumber);
        kind(tests, "string", value -> value instanceof Text);
        kind(tests, "mapping", value -> value instanceof Dict);
        kind(tests, "sequence", Tests::isSequence);
        kind(tests, "iterable", value -> isSequence(value) || value instanceof Generator);
        kind(tests, "callable", value -> value instanceof Value.Callable);
        kind(tests, "escaped", _ -> false);
        kind(tests, "odd", value -> Math.floorMod(Operations.toLong(value), 2) == 1);
        kind(tests, "even", value -> Math.floorMod(Operations.toLong(value), 2) == 0);
        kind(tests, "lower", value -> TextMethods.isCased(PythonText.str(value), Character::isUpperCase));
        kind(tests, "upper", value -> TextMethods.isCased(PythonText.str(value), Character::isLowerCase));
        kind(tests, "filter", value -> Filters.exists(PythonText.str(value)));
        kind(tests, "test", value -> TESTS.containsKey(PythonText.str(value)));
    }

    private static boolean isSequence(Value value) {
        return value instanceof Text || value instanceof Items || value instanceof Dict || value instanceof Undefined;
    }

    private static void comparisons(Map<String, BiPredicate<Value, Arguments>> tests) {
        comparison(tests, Operations::equal, "eq", "equalto", "==");
        comparison(tests, (a, b) -> !Operations.equal(a, b), "ne", "!=");
        comparison(tests, (a, b) -> Operations.compare(a, b) == -1, "lt", "lessthan", "<");
        comparison(tests, (a, b) -> isAtMost(a, b), "le", "<=");
        comparison(tests, (a, b) -> Operations.compare(a, b) == 1, "gt", "greaterthan", ">");
        comparison(tests, (a, b) -> isAtMost(b, a), "ge", ">=");
        comparison(tests, (a, b) -> Operations.contains(b, a), "in");
        comparison(tests, (a, b) -> a.getClass() == b.getClass() && Operations.equal(a, b), "sameas");
        comparison(
                tests,
                (a, b) -> !Operations.truth(Arithmetic.apply(Expression.BinaryOperator.MODULO, a, b)),
                "divisibleby");
    }

    private static boolean isAtMost(Value left, Value right) {
        int order = Operations.compare(left, right);
        return order == -1 || order == 0;
    }

    private static void kind(
            Map<String, BiPredicate<Value, Arguments>> tests, String name, Predicate<Value> predicate) {
        tests.put(name, (value, arguments) -> {
            arguments.bind(name);
            return predicate.test(value);
        });
    }

    private static void comparison(
            Map<String, BiPredicate<Value, Arguments>> tests, BiPredicate<Value, Value> predicate, String... names) {
        for (String name : names) {
            tests.put(
                    name, (value, arguments) -> predicate.test(value, arguments.bindAll(name, "other")[0]));
        }
    }
}
