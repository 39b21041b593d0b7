package dev.weir.control.evaluation.grading;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much of a reference is in a text, word by word. Words are runs of letters and digits, in small letters.
 *
 * <p>ROUGE: Lin, "ROUGE: a package for automatic evaluation of summaries", 2004; the F-measure of precision and recall. BLEU: Papineni and
 * others, ACL 2002, of one sentence, with one added to the counts of all n-grams but single words (Lin and Och, COLING 2004), or a short
 * text without a common run of four words would have nothing.
 */
public final class Overlap {
    private static final int BLEU_WORDS_MAX = 4;

    private Overlap() {}

    /** By the longest common subsequence. */
    public static double rougeL(String reference, String text) {
        List<String> wanted = words(reference);
        List<String> got = words(text);
        int[] row = new int[got.size() + 1];
        for (String word : wanted) {
            int diagonal = 0;
            for (int j = 1; j <= got.size(); j++) {
                int above = row[j];
                row[j] = word.equals(got.get(j - 1)) ? diagonal + 1 : Math.max(row[j], row[j - 1]);
                diagonal = above;
            }
        }
        return harmonic(row[got.size()], wanted.size(), got.size());
    }

    /** By runs of {@code n} words. */
    public static double rougeN(String reference, String text, int n) {
        Map<List<String>, Integer> wanted = runs(words(reference), n);
        Map<List<String>, Integer> got = runs(words(text), n);
        return harmonic(common(wanted, got), sum(wanted), sum(got));
    }

    /** Up to runs of four words, with the penalty for brevity. */
    public static double bleu(String reference, String text) {
        List<String> wanted = words(reference);
        List<String> got = words(text);
        if (got.isEmpty() || wanted.isEmpty()) {
            return 0;
        }
        double logSum = 0;
        for (int n = 1; n <= BLEU_WORDS_MAX; n++) {
            Map<List<String>, Integer> runs = runs(got, n);
            int added = n == 1 ? 0 : 1;
            double precision = (common(runs(wanted, n), runs) + added) / (double) (sum(runs) + added);
            logSum += Math.log(precision);
        }
        double brevity = got.size() >= wanted.size() ? 1 : Math.exp(1 - wanted.size() / (double) got.size());
        return brevity * Math.exp(logSum / BLEU_WORDS_MAX);
    }

    /** 1 less the edits of single characters as a share of the longer text (Levenshtein 1966). */
    public static double levenshtein(String reference, String text) {
        int longer = Math.max(reference.length(), text.length());
        if (longer == 0) {
            return 1;
        }
        int[] row = new int[text.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= reference.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= text.length(); j++) {
                int changed = diagonal + (reference.charAt(i - 1) == text.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return 1 - row[text.length()] / (double) longer;
    }

    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    private static Map<List<String>, Integer> runs(List<String> words, int n) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= words.size(); i++) {
            counts.merge(words.subList(i, i + n), 1, Integer::sum);
        }
        return counts;
    }

    private static int common(Map<List<String>, Integer> one, Map<List<String>, Integer> other) {
        return one.entrySet().stream()
                .mapToInt(run -> Math.min(run.getValue(), other.getOrDefault(run.getKey(), 0)))
                .sum();
    }

    private static int sum(Map<List<String>, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static double harmonic(int common, int wantedCount, int gotCount) {
        return common == 0 ? 0 : 2.0 * common / (wantedCount + gotCount);
    }
}
