package dev.weir.control.embedding;

/** From a text to a vector of length 1; the nearer two vectors (the larger their product), the more alike what the texts say. */
public interface SentenceEncoder {
    float[] encode(String text);

    /** Which encoder it is: two with the same one make the same vectors, and only those can be compared. */
    String fingerprint();

    /** Whether it takes so long, or may wait for somebody else, that no event loop may ask it. */
    default boolean waits() {
        return false;
    }
}
