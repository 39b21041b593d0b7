package dev.weir.engine.lifecycle;

import java.util.OptionalDouble;

/**
 * How far a model has come on its way up or down.
 *
 * @param done of this phase's work
 * @param total of this phase's work; 0: unknown
 */
public record Progress(Phase phase, long done, long total) {

    /** What is being done, in this order on the way up. */
    public enum Phase {
        READING_HEADERS,
        /** Files are mapped, and weights converted or quantized where that was asked for. */
        READING_WEIGHTS,
        /** KV cache and working memory are taken, and the first step is run. */
        WARMING,
        /** What runs is finished; counts requests. */
        DRAINING
    }

    /** Told as it goes. */
    public interface Listener {
        void at(Progress progress);
    }

    public Progress {
        if (done < 0 || done > total) {
            throw new IllegalArgumentException("done must be in [0, " + total + "]: " + done);
        }
    }

    /** The beginning of a phase that does not tell how far it is. */
    public static Progress begin(Phase phase) {
        return new Progress(phase, 0, 0);
    }

    /** Of this phase, 0 to 1; empty where nobody knows. */
    public OptionalDouble fraction() {
        return total == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) done / total);
    }
}
