package dev.weir.control.cache;

import dev.weir.control.embedding.SentenceEncoder;
import java.util.Locale;

/**
 * Whether two answers say the same: word for word but for capitals and white space, or about the same with the same numbers, names and
 * negations. Deterministic models that were asked the same mostly answer word for word.
 */
final class Agreement {
    private static final float SIMILARITY_MIN = 0.9f;

    private Agreement() {}

    static boolean between(String one, String other, SentenceEncoder encoder) {
        if (plain(one).equals(plain(other))) {
            return true;
        }
        if (Substance.of(one).conflict(Substance.of(other)).isPresent()) {
            return false;
        }
        float[] first = encoder.encode(one);
        float[] second = encoder.encode(other);
        float similarity = 0;
        for (int d = 0; d < first.length; d++) {
            similarity += first[d] * second[d];
        }
        return similarity >= SIMILARITY_MIN;
    }

    private static String plain(String text) {
        return text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    }
}
