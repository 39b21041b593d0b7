package dev.weir.engine.tokenization;

/** Text to token ids and back. Safe for use from any thread. */
public interface Tokenizer extends AutoCloseable {

    /** Ids below this one exist; a model's embedding table may have more rows. */
    int vocabSize();

    /**
     * The ids of a text.
     *
     * @param addSpecialTokens add what the model's post-processor adds (a begin-of-sequence token, say); special tokens written out in
     *     {@code text} are recognised in any case, as a chat template needs
     */
    int[] encode(String text, boolean addSpecialTokens);

    /**
     * A caller's text on its way into a prompt, with marks on special tokens that it spells, so that they will be text like any other.
     * Only for texts that then go to {@link #encodeDisarmed}, by themselves or as part of a rendered conversation.
     */
    String disarmed(String callerText);

    /** The ids of a text with disarmed parts: special tokens are recognised outside of these only. */
    int[] encodeDisarmed(String text, boolean addSpecialTokens);

    /** The whole text of the ids. Bytes that are no UTF-8 become U+FFFD. */
    String decode(int[] tokenIds, boolean skipSpecialTokens);

    /** The vocabulary's own spelling of a token, as shown by {@code /tokenize} and in log-probabilities. */
    String tokenText(int tokenId);

    /** The bytes of text that a token stands for; empty for a special token. */
    byte[] tokenBytes(int tokenId);

    /**
     * A detokenizer for the text that follows {@code contextTokenIds} (the prompt; may be empty).
     *
     * @param skipSpecialTokens leave special tokens out, else they come as their vocabulary spells them
     */
    IncrementalDetokenizer detokenizer(int[] contextTokenIds, boolean skipSpecialTokens);

    /** One that leaves special tokens out. */
    default IncrementalDetokenizer detokenizer(int[] contextTokenIds) {
        return detokenizer(contextTokenIds, true);
    }

    @Override
    void close();
}
