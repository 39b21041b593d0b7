package dev.weir.engine.execution;

/** A step that a backend could not run. */
public final class ExecutionException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private final GoesOn goesOn;

    /** What can compute the next step. */
    public enum GoesOn {
        /** The executor: only this plan was refused. */
        EXECUTOR,
        /** Another one: this executor is dead and must be replaced. */
        ANOTHER_EXECUTOR,
        /** Another process: its device is lost to this one for good. */
        ANOTHER_PROCESS
    }

    /** One line on what failed. */
    public ExecutionException(String message, GoesOn goesOn) {
        super(message);
        this.goesOn = goesOn;
    }

    public GoesOn goesOn() {
        return goesOn;
    }
}
