package dev.weir.engine.sampling.constraint;

import dev.weir.engine.sampling.constraint.automaton.VocabularyIndex;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A vocabulary as byte-level BPE makes them: all single bytes, pieces of JSON that straddle its grammar, words, and pieces that begin or end
 * within a character. The last id ends an answer.
 */
final class TestVocabulary {

    private static final List<String> JSON_PIECES = List.of(
            "{\"", "\"}", "\":", "\": ", "\", \"", "\",\"", "\": \"", "\":\"", "},{", "}, {", "[{", "}]", "[]", "{}",
            "\"]", "],", "],\"", "}}", "]}", "null", "true", "false", "tru", "ue", "nul", "fa", "lse", ",\n", "{\n",
            "\n  ", "\n}", "  ", "    ", "\\\"", "\\n", "\\u", "\\u00", "00", "000", "123", "12", "-1", "0.", ".5",
            "e+", "1e", ", ", ": ", ": [", ": {", "@", ".com", "http", "://", "2024-", "-01", "T00:", ":00Z", "-02-29",
            "127.0", ".0.1", "::", "abc", "cab", "aab", "bca");

    private static final List<String> TEXTS = List.of("é", "€", "😀", "中文", "ß", "ñandú", "naïve", "\u00A0");

    private final byte[][] tokens;
    private final int endId;
    private final VocabularyIndex index;

    TestVocabulary(int wordCount) {
        SplittableRandom random = new SplittableRandom(11);
        Set<String> pieces = new LinkedHashSet<>(JSON_PIECES);
        pieces.addAll(TEXTS);
        while (pieces.size() < JSON_PIECES.size() + TEXTS.size() + wordCount) {
            StringBuilder word = new StringBuilder(random.nextBoolean() ? " " : "");
            int length = random.nextInt(1, 9);
            for (int i = 0; i < length; i++) {
                word.append((char) ('a' + random.nextInt(26)));
            }
            pieces.add(word.toString());
        }
        List<byte[]> all = new ArrayList<>();
        for (int value = 0; value < 256; value++) {
            all.add(new byte[] {(byte) value});
        }
        pieces.stream().map(piece -> piece.getBytes(StandardCharsets.UTF_8)).forEach(all::add);
        for (String text : TEXTS) { // cut within a character
            byte[] bytes = ("a" + text + "b").getBytes(StandardCharsets.UTF_8);
            all.add(Arrays.copyOf(bytes, 2));
            all.add(Arrays.copyOfRange(bytes, 2, bytes.length));
        }
        endId = all.size();
        all.add(new byte[0]);
        tokens = all.toArray(byte[][]::new);
        index = new VocabularyIndex(tokens.length, id -> tokens[id], Set.of(endId), 64L << 20);
    }

    VocabularyIndex index() {
        return index;
    }

    int size() {
        return tokens.length;
    }

    int endId() {
        return endId;
    }

    byte[] bytes(int id) {
        return tokens[id];
    }

    /** A compiler for this vocabulary. */
    ConstraintCompiler compiler() {
        return compiler(ConstraintLimits.defaults());
    }

    ConstraintCompiler compiler(ConstraintLimits limits) {
        return new ConstraintCompiler(() -> index, limits);
    }

    /** Some way to spell a text. */
    List<Integer> tokenize(byte[] text, SplittableRandom random) {
        List<Integer> ids = new ArrayList<>();
        int position = 0;
        while (position < text.length) {
            int from = position;
            int[] fitting = java.util.stream.IntStream.range(0, tokens.length)
                    .filter(id -> isAt(tokens[id], text, from))
                    .toArray();
            int id = fitting[random.nextInt(fitting.length)];
            ids.add(id);
            position += tokens[id].length;
        }
        return ids;
    }

    private static boolean isAt(byte[] token, byte[] text, int position) {
        int end = position + token.length;
        return token.length > 0 && end <= text.length && Arrays.equals(token, 0, token.length, text, position, end);
    }
}
