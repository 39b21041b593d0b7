package dev.weir.control.ingress;

import dev.weir.control.routing.Detours.Cause;
import org.jspecify.annotations.Nullable;

/** An engine's answer that is not told, since another model is asked instead. */
final class FellShort extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final Cause cause;

    FellShort(int status, Cause cause) {
        super("the engine answered " + status, null, false, false);
        this.status = status;
        this.cause = cause;
    }

    int status() {
        return status;
    }

    /** What clients know it by, if anything. */
    @Nullable
    String code() {
        return cause == Cause.CONTEXT_LENGTH ? "context_length_exceeded" : null;
    }

    Cause why() {
        return cause;
    }
}
