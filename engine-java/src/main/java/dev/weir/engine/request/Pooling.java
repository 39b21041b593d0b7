package dev.weir.engine.request;

/** What a request wants of its prompt: to be continued, or one vector made of the hidden states that it leaves behind. */
public enum Pooling {
    /** Continue it. */
    NONE,
    /** The mean over all tokens' hidden states. */
    MEAN,
    /** The last token's hidden state. */
    LAST_TOKEN
}
