package dev.weir.engine.tokenization;

import java.io.ByteArrayOutputStream;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Each token's spelling and bytes. The bytes of all tokens lie in one array, so that a vocabulary of 150,000 costs no object for each.
 */
final class Vocabulary {

    private final String[] spellings;
    private final BitSet specialTokenIds;
    private final TokenDecoding.TextStart textStart;
    private final byte[] bytes;
    /** Token {@code id} has the bytes from {@code offsets[id]} to {@code offsets[id + 1]}. */
    private final int[] offsets;

    /**
     * A vocabulary.
     *
     * @param specialSpellings of the tokens that are no text
     */
    Vocabulary(Map<Integer, String> spellingsById, Set<String> specialSpellings, TokenDecoding decoding) {
        int size = spellingsById.keySet().stream().mapToInt(id -> id + 1).max().orElse(0);
        spellings = new String[size];
        specialTokenIds = new BitSet(size);
        textStart = decoding.textStart();
        offsets = new int[size + 1];
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (int id = 0; id < size; id++) {
            String spelling = spellingsById.getOrDefault(id, "");
            spellings[id] = spelling;
            specialTokenIds.set(id, specialSpellings.contains(spelling));
            joined.writeBytes(decoding.bytes(spelling));
            offsets[id + 1] = joined.size();
        }
        bytes = joined.toByteArray();
    }

    int size() {
        return spellings.length;
    }

    /** Models have rows beyond the vocabulary, and so may draw an id that is no token: it has no text. */
    boolean exists(int id) {
        return id >= 0 && id < spellings.length;
    }

    boolean isSpecial(int id) {
        return exists(id) && specialTokenIds.get(id);
    }

    /** Of the tokens that are no text. */
    Set<String> specialSpellings() {
        return specialTokenIds.stream()
                .mapToObj(this::spelling)
                .filter(spelling -> !spelling.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    String spelling(int id) {
        return exists(id) ? spellings[id] : "";
    }

    TokenDecoding.TextStart textStart() {
        return textStart;
    }

    int byteCount(int id) {
        return exists(id) ? offsets[id + 1] - offsets[id] : 0;
    }

    byte byteAt(int id, int index) {
        return bytes[offsets[id] + index];
    }
}
