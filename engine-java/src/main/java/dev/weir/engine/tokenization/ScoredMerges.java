package dev.weir.engine.tokenization;

import dev.weir.engine.model.gguf.GgufVocabulary;
import dev.weir.engine.model.gguf.GgufVocabulary.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The merges that a SentencePiece vocabulary implies. SentencePiece joins, again and again, the two neighbours whose joint piece has the
 * highest score; BPE joins the pair that stands first in a list. So the list holds every way of making a piece of two others, the most
 * likely piece first.
 */
final class ScoredMerges {

    private ScoredMerges() {}

    private record Merge(String left, String right, double score) {}

    /** Pairs, first come first served. */
    static List<List<String>> of(GgufVocabulary vocabulary) {
        List<Double> scores = vocabulary.requiredScores();
        Map<String, Double> scoreByPiece = new HashMap<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.kinds().get(id) == Kind.NORMAL) {
                scoreByPiece.put(vocabulary.spellings().get(id), scores.get(id));
            }
        }
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.kinds().get(id) == Kind.NORMAL) {
                addSplits(vocabulary.spellings().get(id), scores.get(id), scoreByPiece, merges);
            }
        }
        merges.sort(Comparator.comparingDouble(Merge::score).reversed());
        return merges.stream()
                .map(merge -> List.of(merge.left(), merge.right()))
                .toList();
    }

    private static void addSplits(String piece, double score, Map<String, Double> scoreByPiece, List<Merge> merges) {
        for (int cut = piece.offsetByCodePoints(0, piece.isEmpty() ? 0 : 1);
                cut < piece.length();
                cut = piece.offsetByCodePoints(cut, 1)) {
            String left = piece.substring(0, cut);
            String right = piece.substring(cut);
            if (scoreByPiece.containsKey(left) && scoreByPiece.containsKey(right)) {
                merges.add(new Merge(left, right, score));
            }
        }
    }
}
