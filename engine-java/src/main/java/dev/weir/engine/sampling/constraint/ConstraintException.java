package dev.weir.engine.sampling.constraint;

/** A constraint that cannot be served, in one line that names what and where. The caller's mistake or wish, never the engine's failure. */
public final class ConstraintException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ConstraintException(String message) {
        super(message);
    }
}
