package dev.weir.engine.execution;

/** A step that a backend could not run. */
public final class ExecutionException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private final boolean fatal;

    /**
     * One line on what failed.
     *
     * @param fatal the executor is dead and must be replaced; otherwise only this plan was refused
     */
    public ExecutionException(String message, boolean fatal) {
        super(message);
        this.fatal = fatal;
    }

    public boolean fatal() {
        return fatal;
    }
}
