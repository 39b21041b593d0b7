package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Statement.MacroBody;
import dev.weir.engine.model.template.Statement.Parameter;
import dev.weir.engine.model.template.Statement.Target;
import dev.weir.engine.model.template.Value.Arguments;
import dev.weir.engine.model.template.Value.Callable;
import dev.weir.engine.model.template.Value.Dict;
import dev.weir.engine.model.template.Value.Items;
import dev.weir.engine.model.template.Value.Namespace;
import dev.weir.engine.model.template.Value.Text;
import dev.weir.engine.model.template.Value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs statements once; made anew for every rendering. */
final class Renderer {

    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private StringBuilder out = new StringBuilder();
    private int line = 1;
    private int steps;
    private int callDepth;

    String render(List<Statement> statements, Scope scope) {
        try {
            run(statements, scope);
            return out.toString();
        } catch (TemplateException e) {
            throw e.withLine(line);
        }
    }

    private Flow run(List<Statement> statements, Scope scope) {
        for (Statement statement : statements) {
            line = statement.line();
            countStep();
            Flow flow = run(statement, scope);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow run(Statement statement, Scope scope) {
        switch (statement) {
            case Statement.Data(var _, String text) -> print(text);
            case Statement.Output(var _, var expression) ->
                print(PythonText.str(Evaluator.evaluate(expression, scope)));
            case Statement.Set(var _, var target, var value) -> assign(target, Evaluator.evaluate(value, scope), scope);
            case Statement.SetBlock(var _, var target, var filters, var body) ->
                assign(target, filtered(captured(body, new Scope(scope)), filters, scope), scope);
            case Statement.FilterBlock(var _, var filters, var body) ->
                print(PythonText.str(filtered(captured(body, new Scope(scope)), filters, scope)));
            case Statement.Macro(var _, var macro) -> scope.set(macro.name(), macro(macro, scope));
            case Statement.CallBlock block -> callWithCaller(block, scope);
            case Statement.With(var _, var bindings, var body) -> {
                Scope inner = new Scope(scope);
                bindings.forEach(
                        binding -> assign(binding.target(), Evaluator.evaluate(binding.value(), scope), inner));
                return run(body, inner);
            }
            case Statement.Generation(var _, var body) -> {
                return run(body, new Scope(scope));
            }
            case Statement.If(var _, var condition, var then, var otherwise) -> {
                return run(Evaluator.truth(condition, scope) ? then : otherwise, scope);
            }
            case Statement.For loop -> {
                return loop(loop, Evaluator.evaluate(loop.iterable(), scope), scope, 1);
            }
            case Statement.Break _ -> {
                return Flow.BREAK;
            }
            case Statement.Continue _ -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.ON;
    }

    private void countStep() {
        if (++steps > TemplateLimits.STEPS_MAX) {
            throw TemplateException.of("the template takes more than " + TemplateLimits.STEPS_MAX + " steps");
        }
    }

    private void print(String text) {
        Text.requireTextLength((long) out.length() + text.length());
        out.append(text);
    }

    private Text captured(List<Statement> body, Scope scope) {
        StringBuilder outer = out;
        out = new StringBuilder();
        try {
            run(body, scope);
            return new Text(out.toString());
        } finally {
            out = outer;
        }
    }

    private static Value filtered(Value input, List<Statement.FilterCall> filters, Scope scope) {
        Value result = input;
        for (Statement.FilterCall filter : filters) {
            result = Filters.apply(filter.name(), result, Evaluator.arguments(filter.arguments(), scope));
        }
        return result;
    }

    private static void assign(Target target, Value value, Scope scope) {
        switch (target) {
            case Target.Variable(String name) -> scope.set(name, value);
            case Target.NamespaceAttribute(String name, String attribute) -> {
                if (!(scope.get(name) instanceof Namespace(var attributes))) {
                    throw TemplateException.of("cannot assign an attribute to '" + name + "', which is no namespace");
                }
                attributes.put(attribute, value);
            }
            case Target.Unpacked(var parts) -> {
                List<Value> values = Operations.toList(value);
                if (values.size() != parts.size()) {
                    throw TemplateException.of(
                            "cannot unpack " + values.size() + " values into " + parts.size() + " variables");
                }
                for (int i = 0; i < parts.size(); i++) {
                    assign(parts.get(i), values.get(i), scope);
                }
            }
        }
    }

    private Flow loop(Statement.For loop, Value iterable, Scope scope, int depth) {
        List<Value> values = kept(loop, iterable, scope);
        if (values.isEmpty()) {
            return run(loop.otherwise(), new Scope(scope));
        }
        Value.Function recursion = loop.recursive() ? arguments -> recurse(loop, arguments, scope, depth) : null;
        LoopState state = new LoopState(values, depth, recursion);
        for (int i = 0; i < values.size(); i++) {
            countStep();
            state.moveTo(i);
            Scope turn = new Scope(scope);
            turn.set("loop", state);
            assign(loop.target(), values.get(i), turn);
            if (run(loop.body(), turn) == Flow.BREAK) {
                break;
            }
        }
        return Flow.ON;
    }

    private List<Value> kept(Statement.For loop, Value iterable, Scope scope) {
        List<Value> values = Operations.toList(iterable);
        if (loop.condition() == null) {
            return values;
        }
        List<Value> kept = new ArrayList<>();
        for (Value value : values) {
            countStep();
            Scope turn = new Scope(scope);
            assign(loop.target(), value, turn);
            if (Evaluator.truth(loop.condition(), turn)) {
                kept.add(value);
            }
        }
        return kept;
    }

    private Value recurse(Statement.For loop, Arguments arguments, Scope scope, int depth) {
        Value children = arguments.bindAll("loop", "iterable")[0];
        return deeper(() -> {
            StringBuilder outer = out;
            out = new StringBuilder();
            try {
                loop(loop, children, scope, depth + 1);
                return new Text(out.toString());
            } finally {
                out = outer;
            }
        });
    }

    private Value deeper(Supplier<Value> body) {
        if (++callDepth > TemplateLimits.CALL_DEPTH_MAX) {
            throw TemplateException.of(
                    "macros call each other deeper than " + TemplateLimits.CALL_DEPTH_MAX + " levels");
        }
        int callLine = line;
        Value result = body.get();
        line = callLine;
        callDepth--;
        return result;
    }

    private Callable macro(MacroBody macro, Scope definition) {
        return new Callable(
                macro.name(),
                arguments -> deeper(() -> {
                    Scope scope = new Scope(definition);
                    bind(macro, arguments, scope);
                    return captured(macro.body(), scope);
                }));
    }

    private static void bind(MacroBody macro, Arguments arguments, Scope scope) {
        List<Value> positional = arguments.positional();
        Map<String, Value> named = new LinkedHashMap<>(arguments.named());
        Value caller = named.remove("caller");
        if (caller != null) {
            scope.set("caller", caller);
        }
        int index = 0;
        for (Parameter parameter : macro.parameters()) {
            @Nullable Value given = named.remove(parameter.name());
            if (index < positional.size()) {
                if (given != null) {
                    throw TemplateException.of(
                            "macro '" + macro.name() + "' got two values for '" + parameter.name() + "'");
                }
                given = positional.get(index);
            }
            scope.set(parameter.name(), given != null ? given : absent(parameter, scope));
            index++;
        }
        if ((positional.size() > index && !macro.takesMore()) || (!named.isEmpty() && !macro.takesNamed())) {
            throw TemplateException.of("macro '" + macro.name() + "' takes no more than " + index + " arguments"
                    + (named.isEmpty() ? "" : " and none named " + named.keySet()));
        }
        scope.set(
                "varargs", new Items(positional.subList(Math.min(index, positional.size()), positional.size()), true));
        SequencedMap<Value, Value> rest = new LinkedHashMap<>();
        named.forEach((name, value) -> rest.put(new Text(name), value));
        scope.set("kwargs", new Dict(rest));
    }

    private static Value absent(Parameter parameter, Scope scope) {
        return parameter.defaultValue() == null
                ? new Undefined("parameter '" + parameter.name() + "' was not provided")
                : Evaluator.evaluate(parameter.defaultValue(), scope);
    }

    private void callWithCaller(Statement.CallBlock block, Scope scope) {
        if (!(block.call() instanceof Expression.Call(var callee, var written))) {
            throw TemplateException.of("a call block needs a call");
        }
        Arguments arguments = Evaluator.arguments(written, scope);
        Map<String, Value> named = new LinkedHashMap<>(arguments.named());
        named.put("caller", macro(block.caller(), scope));
        Value result = Evaluator.call(Evaluator.evaluate(callee, scope), new Arguments(arguments.positional(), named));
        print(PythonText.str(result));
    }
}
