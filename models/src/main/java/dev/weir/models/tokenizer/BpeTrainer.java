package dev.weir.models.tokenizer;

import dev.weir.models.tokenizer.BpeVocabulary.Merge;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns merges: again and again the most frequent pair of neighbours becomes a token. Pairs are counted afresh for every merge, which
 * takes a second for the thousand tokens and ten thousand distinct words of the demo domain and leaves nothing to keep in step.
 */
public final class BpeTrainer {
    private static final Pattern WORDS = Pattern.compile(BpeVocabulary.SPLIT_PATTERN);
    /** A pair seen less often is a name or a code, which the model should read in pieces. */
    private static final long OCCURRENCES_MIN = 8;

    private final Map<String, Long> wordCounts = new TreeMap<>();
    private final ByteAlphabet alphabet = new ByteAlphabet();

    /** Counts the words of a text. */
    public void add(String text) {
        Matcher words = WORDS.matcher(text);
        while (words.find()) {
            wordCounts.merge(alphabet.spell(words.group()), 1L, Long::sum);
        }
    }

    /** A vocabulary of at most the given size, special tokens included. Equal counts are settled by the spelling, so it is reproducible. */
    public BpeVocabulary train(int size) {
        List<List<String>> words = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        wordCounts.forEach((word, count) -> {
            words.add(new ArrayList<>(
                    word.chars().mapToObj(c -> String.valueOf((char) c)).toList()));
            counts.add(count);
        });
        List<Merge> merges = new ArrayList<>();
        Set<String> known = new HashSet<>();
        int mergesMax = size - BpeVocabulary.BYTE_TOKENS - BpeVocabulary.SPECIAL_TOKENS.size();
        while (merges.size() < mergesMax) {
            Map<Merge, Long> pairs = countPairs(words, counts);
            Merge best = pairs.entrySet().stream()
                    .filter(pair -> pair.getValue() >= OCCURRENCES_MIN
                            && !known.contains(pair.getKey().joined()))
                    .max(Map.Entry.<Merge, Long>comparingByValue()
                            .thenComparing(pair -> pair.getKey().left(), Comparator.reverseOrder())
                            .thenComparing(pair -> pair.getKey().right(), Comparator.reverseOrder()))
                    .map(Map.Entry::getKey)
                    .orElse(null);
            if (best == null) {
                break;
            }
            merges.add(best);
            known.add(best.joined());
            words.forEach(word -> apply(best, word));
        }
        return new BpeVocabulary(merges);
    }

    private static Map<Merge, Long> countPairs(List<List<String>> words, List<Long> counts) {
        Map<Merge, Long> pairs = new HashMap<>();
        for (int i = 0; i < words.size(); i++) {
            List<String> word = words.get(i);
            for (int at = 0; at + 1 < word.size(); at++) {
                pairs.merge(new Merge(word.get(at), word.get(at + 1)), counts.get(i), Long::sum);
            }
        }
        return pairs;
    }

    private static void apply(Merge merge, List<String> word) {
        for (int at = 0; at + 1 < word.size(); at++) {
            if (word.get(at).equals(merge.left()) && word.get(at + 1).equals(merge.right())) {
                word.set(at, merge.joined());
                word.remove(at + 1);
            }
        }
    }
}
