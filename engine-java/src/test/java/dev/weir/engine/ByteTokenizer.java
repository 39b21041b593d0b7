package dev.weir.engine;

import dev.weir.engine.tokenization.IncrementalDetokenizer;
import dev.weir.engine.tokenization.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** One id per byte. */
final class ByteTokenizer implements Tokenizer {
    @Override
    public int vocabSize() {
        return 297;
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = bytes[i] & 0xff;
        }
        return ids;
    }

    @Override
    public String decode(int[] tokenIds, boolean skipSpecialTokens) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int id : tokenIds) {
            out.writeBytes(tokenBytes(id));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public String tokenText(int tokenId) {
        return "<" + tokenId + ">";
    }

    @Override
    public byte[] tokenBytes(int tokenId) {
        return tokenId < 256 ? new byte[] {(byte) ('a' + tokenId % 26)} : new byte[0];
    }

    @Override
    public IncrementalDetokenizer detokenizer(int[] contextTokenIds) {
        return new IncrementalDetokenizer() {
            @Override
            public String append(int tokenId) {
                return new String(tokenBytes(tokenId), StandardCharsets.UTF_8);
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
