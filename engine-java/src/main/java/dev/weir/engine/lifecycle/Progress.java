package dev.weir.engine.lifecycle;

/**
 * How far a model has come on its way up or down.
 *
 * @param fraction of this phase, 0 to 1
 */
public record Progress(Phase phase, double fraction) {

    /** What is being done, in this order on the way up. */
    public enum Phase {
        READING_HEADERS,
        /** Files are mapped, and weights converted or quantized where that was asked for. */
        READING_WEIGHTS,
        /** KV cache and working memory are taken, and the first step is run. */
        WARMING,
        /** What runs is finished. */
        DRAINING
    }

    /** Told as it goes. */
    public interface Listener {
        void at(Progress progress);
    }

    public Progress {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("fraction must be in [0, 1]: " + fraction);
        }
    }

    /** The beginning of a phase. */
    public static Progress begin(Phase phase) {
        return new Progress(phase, 0);
    }
}
