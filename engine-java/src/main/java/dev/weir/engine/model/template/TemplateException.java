package dev.weir.engine.model.template;

import org.jspecify.annotations.Nullable;

/** A template that cannot be parsed or rendered: one line with the reason and, where it is known, the template's line. */
public final class TemplateException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String problem;
    private final boolean raisedByTemplate;

    private TemplateException(String problem, int line, boolean raisedByTemplate, @Nullable Throwable cause) {
        super(line == 0 || raisedByTemplate ? problem : problem + " (line " + line + ")", cause);
        this.problem = problem;
        this.raisedByTemplate = raisedByTemplate;
    }

    static TemplateException of(String problem) {
        return new TemplateException(problem, 0, false, null);
    }

    static TemplateException at(int line, String problem) {
        return new TemplateException(problem, line, false, null);
    }

    /** What {@code raise_exception} throws: its message is the template author's own. */
    static TemplateException raised(String message) {
        return new TemplateException(message, 0, true, null);
    }

    TemplateException withLine(int line) {
        return new TemplateException(problem, line, raisedByTemplate, this);
    }

    /** The template itself refused what it was given. */
    public boolean raisedByTemplate() {
        return raisedByTemplate;
    }
}
