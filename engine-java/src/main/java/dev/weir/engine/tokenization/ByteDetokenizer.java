package dev.weir.engine.tokenization;

/** Puts out the bytes of one token after another. Its work is proportional to the bytes, however long the text has become. */
final class ByteDetokenizer implements IncrementalDetokenizer {

    /** A character's last byte needs at most this many before it. */
    private static final int CHARACTER_BYTES_BEFORE_LAST = 3;

    private final Vocabulary vocabulary;
    private boolean skipSpecialTokens;
    private final Utf8Assembler characters = new Utf8Assembler();
    private final StringBuilder out = new StringBuilder();
    private boolean anyToken;
    private boolean anyByte;

    ByteDetokenizer(Vocabulary vocabulary, boolean skipSpecialTokens) {
        this.vocabulary = vocabulary;
        this.skipSpecialTokens = skipSpecialTokens;
    }

    /**
     * One that stands behind {@code contextTokenIds}. Of these it takes the beginning, as far as that decides about a leading space, and
     * the end, where a character may be incomplete: it then comes out whole with the first tokens appended.
     */
    static ByteDetokenizer after(int[] contextTokenIds, Vocabulary vocabulary, boolean skipSpecialTokens) {
        ByteDetokenizer detokenizer = new ByteDetokenizer(vocabulary, true);
        int index = 0;
        while (index < contextTokenIds.length && !detokenizer.anyByte) {
            detokenizer.put(contextTokenIds[index++]);
        }
        int tail = contextTokenIds.length;
        for (int seen = 0; tail > index && seen < CHARACTER_BYTES_BEFORE_LAST; ) {
            int tokenId = contextTokenIds[--tail];
            seen += vocabulary.isSpecial(tokenId) ? 0 : vocabulary.byteCount(tokenId);
        }
        for (int i = tail; i < contextTokenIds.length; i++) {
            detokenizer.put(contextTokenIds[i]);
        }
        detokenizer.out.setLength(0);
        detokenizer.skipSpecialTokens = skipSpecialTokens; // of what follows; the context's say nothing about spaces
        return detokenizer;
    }

    /** All of a text at once. */
    static String decode(int[] tokenIds, Vocabulary vocabulary, boolean skipSpecialTokens) {
        ByteDetokenizer detokenizer = new ByteDetokenizer(vocabulary, skipSpecialTokens);
        for (int tokenId : tokenIds) {
            detokenizer.put(tokenId);
        }
        return detokenizer.flush();
    }

    @Override
    public String append(int tokenId) {
        put(tokenId);
        return taken();
    }

    @Override
    public String flush() {
        characters.flush(out);
        return taken();
    }

    private String taken() {
        if (out.isEmpty()) {
            return "";
        }
        String text = out.toString();
        out.setLength(0);
        return text;
    }

    private void put(int tokenId) {
        if (!vocabulary.exists(tokenId) || (skipSpecialTokens && vocabulary.isSpecial(tokenId))) {
            return;
        }
        boolean firstToken = !anyToken;
        anyToken = true;
        int count = vocabulary.byteCount(tokenId);
        for (int i = 0; i < count; i++) {
            byte next = vocabulary.byteAt(tokenId, i);
            boolean dropped = next == ' '
                    && switch (vocabulary.textStart()) {
                        case KEPT -> false;
                        case WITHOUT_SPACE -> !anyByte;
                        case FIRST_TOKEN_WITHOUT_SPACES -> firstToken;
                    };
            anyByte = true;
            if (!dropped) {
                characters.append(next, out);
            }
        }
    }
}
