package dev.weir.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A vocabulary of the size and kind of Llama 3's: all bytes, numbers up to three digits, runs of blanks, JSON's pieces, and words with and
 * without a leading space, in three scripts. From a seed, so that it is everywhere the same.
 */
final class SyntheticVocabulary {

    static final int TOKEN_COUNT = 128_256;
    static final int END_ID = TOKEN_COUNT - 1;

    private static final int BLANKS_MAX = 80;
    private static final String PUNCTUATION = "\"{}[],:.;()'/\\-_=+*<>#!?\n";
    private static final List<String> SYLLABLES = List.of(
            "a", "ab", "an", "be", "co", "con", "de", "di", "e", "en", "er", "es", "fi", "ge", "ing", "in", "is", "la",
            "le", "li", "ma", "me", "na", "ne", "o", "on", "or", "per", "pro", "ra", "re", "ri", "s", "se", "st", "str",
            "ta", "te", "ti", "tion", "u", "un", "ver", "y", "ий", "на", "по", "ре", "ст", "то", "的", "中", "国", "人",
            "大", "é", "ü");

    private final List<byte[]> tokens = new ArrayList<>(TOKEN_COUNT);

    SyntheticVocabulary() {
        SplittableRandom random = new SplittableRandom(3);
        for (int value = 0; value < 256; value++) {
            tokens.add(new byte[] {(byte) value});
        }
        Set<String> pieces = new LinkedHashSet<>();
        for (int number = 10; number < 1000; number++) {
            pieces.add(Integer.toString(number));
        }
        for (int blanks = 2; blanks <= BLANKS_MAX; blanks++) {
            pieces.add(" ".repeat(blanks));
            pieces.add("\n" + " ".repeat(blanks));
        }
        while (pieces.size() < 6_000) {
            pieces.add(run(
                    random,
                    1 + random.nextInt(4),
                    PUNCTUATION.chars().mapToObj(Character::toString).toList()));
        }
        while (tokens.size() + pieces.size() < END_ID) {
            String word = run(random, 1 + random.nextInt(5), SYLLABLES);
            String cased = random.nextInt(4) == 0 ? Character.toUpperCase(word.charAt(0)) + word.substring(1) : word;
            pieces.add(random.nextBoolean() ? " " + cased : cased);
        }
        pieces.forEach(piece -> tokens.add(piece.getBytes(StandardCharsets.UTF_8)));
        tokens.add(new byte[0]);
    }

    private static String run(SplittableRandom random, int length, List<String> parts) {
        StringBuilder run = new StringBuilder();
        for (int i = 0; i < length; i++) {
            run.append(parts.get(random.nextInt(parts.size())));
        }
        return run.toString();
    }

    byte[] bytes(int id) {
        return tokens.get(id);
    }
}
