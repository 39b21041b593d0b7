package dev.weir.control.embedding;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The features of a text, each hashed to a bucket: its words, its pairs of neighbouring words, and the parts of three letters of its longer
 * words, by which forms and misspellings of a word resemble each other. Digits are all alike: which number it is, is not what a text is
 * about.
 *
 * <p>Pure. The hash is written out, because a trained table is worth nothing with another.
 */
public final class TextFeatures {
    /** Of a longer text its end is read: that is where people ask. */
    private static final int CHARS_MAX = 8192;

    private static final int PARTS_FROM_CHARS = 4;
    private static final int PART_CHARS = 3;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private TextFeatures() {}

    /** The buckets of all features, repeated as often as they occur. */
    public static int[] of(String text, int bucketCount) {
        List<String> words = words(text);
        int[] buckets = new int[capacity(words)];
        int count = 0;
        String previous = "";
        for (String word : words) {
            buckets[count++] = bucket('w', word, bucketCount);
            buckets[count++] = bucket('p', previous + ' ' + word, bucketCount);
            previous = word;
            String bounded = '^' + word + '$';
            for (int i = 0; word.length() >= PARTS_FROM_CHARS && i + PART_CHARS <= bounded.length(); i++) {
                buckets[count++] = bucket('c', bounded.substring(i, i + PART_CHARS), bucketCount);
            }
        }
        buckets[count++] = bucket('p', previous + ' ', bucketCount);
        return Arrays.copyOf(buckets, count);
    }

    private static int capacity(List<String> words) {
        int capacity = 1;
        for (String word : words) {
            capacity += 2 + word.length();
        }
        return capacity;
    }

    /** Letters and digits that stand together, in small letters, accents and widths made equal. */
    static List<String> words(String text) {
        String end = text.substring(Math.max(0, text.length() - CHARS_MAX));
        String plain = Normalizer.normalize(end, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int i = 0; i <= plain.length(); i++) {
            char c = i < plain.length() ? plain.charAt(i) : ' ';
            if (Character.isLetter(c) || Character.isSurrogate(c)) {
                word.append(c);
            } else if (Character.isDigit(c)) {
                word.append('0');
            } else if (c != '\'' && !word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
            }
        }
        return words;
    }

    /** FNV-1a over UTF-16 units, its bits mixed before they are cut. */
    private static int bucket(char kind, String feature, int bucketCount) {
        long hash = (FNV_OFFSET ^ kind) * FNV_PRIME;
        for (int i = 0; i < feature.length(); i++) {
            hash = (hash ^ feature.charAt(i)) * FNV_PRIME;
        }
        hash ^= hash >>> 32;
        return (int) Math.floorMod(hash * FNV_PRIME, (long) bucketCount);
    }
}
