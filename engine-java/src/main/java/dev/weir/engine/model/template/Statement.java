package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Expression.CallArguments;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a template does, each with the line where it begins. */
sealed interface Statement {

    int line();

    record Data(int line, String text) implements Statement {}

    record Output(int line, Expression expression) implements Statement {}

    record If(int line, Expression condition, List<Statement> then, List<Statement> otherwise) implements Statement {}

    record For(
            int line,
            Target target,
            Expression iterable,
            @Nullable Expression condition,
            List<Statement> body,
            List<Statement> otherwise,
            boolean recursive)
            implements Statement {}

    record Set(int line, Target target, Expression value) implements Statement {}

    record SetBlock(int line, Target target, List<FilterCall> filters, List<Statement> body) implements Statement {}

    record Macro(int line, MacroBody macro) implements Statement {}

    /** {@code call(parameters) macro(arguments)}: the body becomes the macro's {@code caller}. */
    record CallBlock(int line, MacroBody caller, Expression call) implements Statement {}

    record FilterBlock(int line, List<FilterCall> filters, List<Statement> body) implements Statement {}

    record With(int line, List<Binding> bindings, List<Statement> body) implements Statement {}

    /** What the assistant says, marked for training; renders as it stands, in a scope of its own. */
    record Generation(int line, List<Statement> body) implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}

    /**
     * What a macro does.
     *
     * @param takesMore the body uses {@code varargs}, so that more arguments than parameters may be given
     * @param takesNamed the body uses {@code kwargs}, so that arguments of any name may be given
     */
    record MacroBody(
            String name, List<Parameter> parameters, List<Statement> body, boolean takesMore, boolean takesNamed) {}

    record Parameter(String name, @Nullable Expression defaultValue) {}

    record FilterCall(String name, CallArguments arguments) {}

    record Binding(Target target, Expression value) {}

    /** Where a value goes. */
    sealed interface Target {

        record Variable(String name) implements Target {}

        /** {@code ns.attribute}, of a namespace only. */
        record NamespaceAttribute(String namespace, String attribute) implements Target {}

        record Unpacked(List<Target> parts) implements Target {}
    }
}
