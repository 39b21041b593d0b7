package dev.weir.engine.lifecycle;

/** Why a model cannot be loaded or woken, in one line that names the thing and the remedy. */
public final class ModelLoadException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private final Outcome.Reason reason;

    public ModelLoadException(Outcome.Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public ModelLoadException(Outcome.Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Outcome.Refused refused() {
        return new Outcome.Refused(reason, String.valueOf(getMessage()));
    }
}
