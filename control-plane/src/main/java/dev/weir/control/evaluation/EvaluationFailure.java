package dev.weir.control.evaluation;

/** Why something about evaluations could not be done as asked. */
public final class EvaluationFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public enum Kind {
        /** There is no such thing. */
        NOT_FOUND,
        /** There is one already, or it is not in a state for this. */
        CONFLICT
    }

    private final Kind kind;

    private EvaluationFailure(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public static EvaluationFailure notFound(String what, String id) {
        return new EvaluationFailure(Kind.NOT_FOUND, "there is no " + what + " '" + id + "'");
    }

    public static EvaluationFailure conflict(String message) {
        return new EvaluationFailure(Kind.CONFLICT, message);
    }

    public Kind kind() {
        return kind;
    }
}
