package dev.weir.control.rollout;

/**
 * What a person wants of a rollout.
 *
 * @param id chosen by the sender: the same id twice is the same command
 * @param actor who wants it
 * @param reason why, for whoever reads the record later
 */
public record Command(String id, Verb verb, String actor, String reason) {
    private static final int TEXT_LENGTH_MAX = 2_000;

    public Command {
        requireText("id", id);
        requireText("actor", actor);
        requireText("reason", reason);
    }

    /** The verbs. */
    public enum Verb {
        START,
        PAUSE,
        RESUME,
        PROMOTE_ONE,
        PROMOTE_FULL,
        EXTEND,
        ROLL_BACK
    }

    private static void requireText(String name, String text) {
        if (text.isBlank() || text.length() > TEXT_LENGTH_MAX) {
            throw new IllegalArgumentException(name + " must have 1 to " + TEXT_LENGTH_MAX + " characters; it has "
                    + text.strip().length());
        }
    }
}
