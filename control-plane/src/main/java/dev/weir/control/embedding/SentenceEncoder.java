package dev.weir.control.embedding;

/** From a text to a vector of length 1; the nearer two vectors (the larger their product), the more alike what the texts say. */
public interface SentenceEncoder {
    float[] encode(String text);

    /** Whether it may wait for somebody else, so that no event loop may ask it. */
    default boolean waits() {
        return false;
    }
}
