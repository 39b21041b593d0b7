package dev.weir.engine.adapters;

/** An adapter that cannot be loaded or unloaded, told in one line. */
public final class AdapterException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public AdapterException(String message) {
        super(message);
    }

    public AdapterException(String message, Throwable cause) {
        super(message, cause);
    }
}
