package dev.weir.engine.tokenization;

/**
 * Turns a growing list of ids into text that only grows. What {@link #append} has returned is final: the concatenation of all results and
 * {@link #flush} is the decoding of all ids. Never returns half a character. Used by one thread at a time.
 */
public interface IncrementalDetokenizer {

    /** The characters that became complete with this token; often empty. */
    String append(int tokenId);

    /** What is left: an incomplete character becomes U+FFFD. Nothing may be appended after. */
    String flush();
}
