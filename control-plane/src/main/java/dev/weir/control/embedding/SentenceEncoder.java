package dev.weir.control.embedding;

/** From a text to a vector of length 1; the nearer two vectors (the larger their product), the more alike what the texts say. */
public interface SentenceEncoder {
    int dimensionCount();

    float[] encode(String text);
}
