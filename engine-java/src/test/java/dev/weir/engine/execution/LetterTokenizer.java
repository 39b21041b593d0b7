package dev.weir.engine.execution;

import dev.weir.engine.tokenization.IncrementalDetokenizer;
import dev.weir.engine.tokenization.Tokenizer;
import java.nio.charset.StandardCharsets;

/** One letter for each id. */
final class LetterTokenizer implements Tokenizer {

    static String letter(int tokenId) {
        return Character.toString('a' + tokenId);
    }

    @Override
    public int vocabSize() {
        return FakeModel.VOCAB_SIZE;
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        return text.chars().map(character -> character - 'a').toArray();
    }

    @Override
    public String disarmed(String callerText) {
        return callerText;
    }

    @Override
    public int[] encodeDisarmed(String text, boolean addSpecialTokens) {
        return encode(text, addSpecialTokens);
    }

    @Override
    public String decode(int[] tokenIds, boolean skipSpecialTokens) {
        StringBuilder text = new StringBuilder();
        for (int tokenId : tokenIds) {
            text.append(letter(tokenId));
        }
        return text.toString();
    }

    @Override
    public String tokenText(int tokenId) {
        return letter(tokenId);
    }

    @Override
    public byte[] tokenBytes(int tokenId) {
        return letter(tokenId).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public IncrementalDetokenizer detokenizer(int[] contextTokenIds, boolean skipSpecialTokens) {
        return new IncrementalDetokenizer() {
            @Override
            public String append(int tokenId) {
                return letter(tokenId);
            }

            @Override
            public String flush() {
                return "";
            }
        };
    }

    @Override
    public void close() {}
}
