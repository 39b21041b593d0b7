package dev.weir.engine.ffi;

import java.util.Objects;

/** A native call that answered with a status other than OK; the message is the library's own line. */
public final class NativeException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private final NativeStatus status;

    NativeException(NativeStatus status, String message) {
        super(message);
        this.status = status;
    }

    /** What the library said. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    public NativeStatus status() {
        return status;
    }
}
