package dev.weir.models.synth;

import dev.weir.models.tokenizer.BpeVocabulary;
import dev.weir.models.tokenizer.BpeVocabulary.Merge;
import java.util.ArrayList;
import java.util.List;

/**
 * A vocabulary of any size that nobody trained: bytes, pairs of letters, both with a space before them, then fours of letters, the common
 * ones first. English text comes to a little over two characters a token.
 */
final class SynthVocabulary {
    private static final List<String> LETTERS =
            "etaoinshrdlcumwfgypbvkjxqz".chars().mapToObj(Character::toString).toList();

    /** How byte-level vocabularies spell a space. */
    private static final String SPACE = "\u0120";

    private SynthVocabulary() {}

    static BpeVocabulary of(int size) {
        List<Merge> pairs = crossed(LETTERS, LETTERS.size() * LETTERS.size());
        List<String> joined = pairs.stream().map(Merge::joined).toList();
        List<Merge> merges = new ArrayList<>(pairs);
        LETTERS.forEach(letter -> merges.add(new Merge(SPACE, letter)));
        joined.forEach(pair -> merges.add(new Merge(SPACE, pair)));
        int mergeCount = size - new BpeVocabulary(List.of()).size();
        if (mergeCount < 0 || mergeCount > merges.size() + joined.size() * joined.size()) {
            throw new IllegalArgumentException("no vocabulary of " + size + " tokens can be made");
        }
        merges.addAll(crossed(joined, Math.max(0, mergeCount - merges.size())));
        return new BpeVocabulary(merges.subList(0, mergeCount));
    }

    /** Each part before each part: first the first two, then the three whose places add up to 1, and so on. */
    private static List<Merge> crossed(List<String> parts, int count) {
        List<Merge> crossed = new ArrayList<>(count);
        for (int sum = 0; crossed.size() < count; sum++) {
            int last = Math.min(sum, parts.size() - 1);
            for (int left = sum - last; left <= last && crossed.size() < count; left++) {
                crossed.add(new Merge(parts.get(left), parts.get(sum - left)));
            }
        }
        return crossed;
    }
}
