package dev.weir.engine.model.template;

import java.time.Clock;
import java.util.List;
import java.util.Map;

/** A parsed template. Immutable; may be rendered by many threads at once. */
public final class Template {

    private final List<Statement> statements;

    private Template(List<Statement> statements) {
        this.statements = statements;
    }

    /**
     * Parses a source.
     *
     * @throws TemplateException naming the line where it is wrong
     */
    public static Template parse(String source) {
        return new Template(Parser.parse(source));
    }

    /**
     * The text that the template makes of some variables.
     *
     * @param variables strings, numbers, booleans, nulls, and lists and maps of them
     * @param clock what {@code strftime_now} shows
     * @throws TemplateException where the template refuses the variables, fails on them, or leaves its limits
     */
    public String render(Map<String, ?> variables, Clock clock) {
        Scope globals = Globals.scope(clock);
        variables.forEach((name, value) -> globals.set(name, Value.of(value)));
        return new Renderer().render(statements, new Scope(globals));
    }
}
