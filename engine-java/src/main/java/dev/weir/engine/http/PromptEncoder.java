package dev.weir.engine.http;

import dev.weir.engine.tokenization.Tokenizer;

/**
 * Makes token ids of a request's text.
 *
 * @param parsesSpecial whether special tokens that the caller spells become special tokens
 * @param addsSpecial whether the tokens are added that the model's tokenizer begins and ends a text with
 */
record PromptEncoder(Tokenizer tokenizer, boolean parsesSpecial, boolean addsSpecial) {

    /** As the request wants it; it need not say. */
    static PromptEncoder of(
            JsonFields fields, Tokenizer tokenizer, boolean parsesSpecialDefault, boolean addsSpecialDefault) {
        return new PromptEncoder(
                tokenizer,
                fields.flag("parse_special", parsesSpecialDefault),
                fields.flag("add_special_tokens", addsSpecialDefault));
    }

    /** A text of the caller's, on its way into a larger one. */
    String callers(String text) {
        return parsesSpecial ? text : tokenizer.disarmed(text);
    }

    /** The ids of a text whose parts by the caller went through {@link #callers}. */
    int[] encode(String text) {
        return parsesSpecial ? tokenizer.encode(text, addsSpecial) : tokenizer.encodeDisarmed(text, addsSpecial);
    }

    /** The ids of a text that is the caller's altogether. */
    int[] encodeCallers(String text) {
        return encode(callers(text));
    }
}
