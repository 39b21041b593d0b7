/**
 * Station 10: text to token ids and back, one token at a time without ever splitting a character.
 *
 * <h2>To ids</h2>
 *
 * {@link dev.weir.engine.tokenization.DjlTokenizer} hands text to Hugging Face's own tokenizers library, in process and offline. What
 * callers write into a conversation is kept from becoming its structure: {@link dev.weir.engine.tokenization.SpecialSpellings} tells who
 * spelled a special token, {@link dev.weir.engine.tokenization.MarkedTokenizerJson} makes a tokenizer that heeds it.
 *
 * <h2>To text</h2>
 *
 * Back to text needs no library, only each token's bytes: {@link dev.weir.engine.tokenization.Vocabulary} holds them, read from
 * {@code tokenizer.json} by the rules of its decoder ({@link dev.weir.engine.tokenization.TokenDecoding}), and
 * {@link dev.weir.engine.tokenization.Utf8Assembler} makes characters of them as they become complete. Whole texts and streams take the
 * same path, so that they cannot differ.
 */
@NullMarked
package dev.weir.engine.tokenization;

import org.jspecify.annotations.NullMarked;
