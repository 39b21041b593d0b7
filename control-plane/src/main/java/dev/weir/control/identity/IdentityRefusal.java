package dev.weir.control.identity;

/** Why a caller is not let in. Carries no stack trace: it is an answer, not a fault of ours. */
public final class IdentityRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    public enum Kind {
        /** Nobody said who asks. */
        NO_CREDENTIALS,
        /** No such key or token, or not any more. */
        INVALID,
        /** Known, and not allowed to do this. */
        MISSING_SCOPE,
        /** Nobody can tell now. */
        UNAVAILABLE
    }

    private final Kind kind;

    IdentityRefusal(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
