package dev.weir.engine.execution;

/** A step that a backend could not run. */
public final class ExecutionException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private final GoesOn goesOn;
    private final boolean outOfMemory;

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
        this(message, goesOn, false);
    }

    private ExecutionException(String message, GoesOn goesOn, boolean outOfMemory) {
        super(message);
        this.goesOn = goesOn;
        this.outOfMemory = outOfMemory;
    }

    /** There was no memory for this plan, of which nothing was computed; the executor goes on. */
    public static ExecutionException outOfMemory(String message) {
        return new ExecutionException(message, GoesOn.EXECUTOR, true);
    }

    public boolean isOutOfMemory() {
        return outOfMemory;
    }

    public GoesOn goesOn() {
        return goesOn;
    }

    /** Whether whatever failed leaves nothing that this process could compute with. */
    static boolean isDeviceLost(Throwable failure) {
        return failure instanceof ExecutionException known && known.goesOn == GoesOn.ANOTHER_PROCESS;
    }

    /** What those are told whose request a failure ends: a backend's own words, or what kind of bug it was. */
    static String told(Throwable failure) {
        return failure instanceof ExecutionException ? String.valueOf(failure.getMessage()) : failure.toString();
    }
}
