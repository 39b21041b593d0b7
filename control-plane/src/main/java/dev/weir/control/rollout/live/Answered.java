package dev.weir.control.rollout.live;

import java.util.OptionalLong;

/**
 * What became of one request.
 *
 * @param fault whose it was that there is no good answer
 * @param firstTokenMicros of a stream
 * @param perTokenMicros of a stream of two tokens or more, between the first and the last
 * @param totalMicros of a whole answer
 */
public record Answered(
        Fault fault, OptionalLong firstTokenMicros, OptionalLong perTokenMicros, OptionalLong totalMicros) {

    /** Whose fault. */
    public enum Fault {
        /** A good answer. */
        NOBODYS,
        /** The server's, or the model's: an error, a time-out, an answer that broke off or had nothing in it. */
        OURS,
        /** What the caller got wrong, or left before it was over: says nothing of the version. */
        THE_CALLERS
    }

    /** One that gave no good answer. */
    public static Answered failed(Fault fault) {
        return new Answered(fault, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
    }
}
