package dev.weir.control.identity;

/** Why something could not be changed as asked. */
public final class RegistryFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public enum Kind {
        /** There is no such thing. */
        NOT_FOUND,
        /** There is one already, or it is not in a state for this. */
        CONFLICT
    }

    private final Kind kind;

    RegistryFailure(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    static RegistryFailure notFound(String what, String id) {
        return new RegistryFailure(Kind.NOT_FOUND, "there is no " + what + " '" + id + "'");
    }

    static RegistryFailure conflict(String message) {
        return new RegistryFailure(Kind.CONFLICT, message);
    }

    public Kind kind() {
        return kind;
    }
}
