package dev.weir.models.evaluation;

import dev.weir.models.domain.AnswerRule;
import dev.weir.models.domain.Difficulty;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often a model was right.
 *
 * @param model its name
 * @param difficulties per difficulty, in rising order
 * @param types per type of question
 */
public record Accuracy(String model, Map<String, Share> difficulties, Map<String, Share> types) {
    /**
     * A part of the cases.
     *
     * @param cases how many were asked
     * @param right how many were answered rightly
     * @param accuracy their ratio; for the judge, the mean over both verdicts, so that always saying the same earns one half
     */
    public record Share(int cases, int right, double accuracy) {
        private static Share of(Collection<Outcome> outcomes) {
            int right = (int) outcomes.stream().filter(Outcome::right).count();
            return new Share(outcomes.size(), right, rounded((double) right / outcomes.size()));
        }

        private static Share balanced(List<Outcome> outcomes) {
            Map<String, List<Outcome>> byVerdict = new TreeMap<>();
            for (Outcome outcome : outcomes) {
                byVerdict
                        .computeIfAbsent(
                                AnswerRule.finalAnswer(outcome.labelled().expected()), _ -> new ArrayList<>())
                        .add(outcome);
            }
            double sum = byVerdict.values().stream()
                    .mapToDouble(verdict -> share(verdict))
                    .sum();
            int right = (int) outcomes.stream().filter(Outcome::right).count();
            return new Share(outcomes.size(), right, rounded(sum / byVerdict.size()));
        }

        private static double share(Collection<Outcome> outcomes) {
            return (double) outcomes.stream().filter(Outcome::right).count() / outcomes.size();
        }

        private static double rounded(double ratio) {
            return Math.round(ratio * 10_000) / 10_000.0;
        }
    }

    public static Accuracy of(String model, List<Outcome> outcomes) {
        Map<String, Share> difficulties = new LinkedHashMap<>();
        for (Difficulty difficulty : Difficulty.values()) {
            List<Outcome> members = outcomes.stream()
                    .filter(outcome -> outcome.labelled().difficulty().equals(difficulty.label()))
                    .toList();
            if (!members.isEmpty()) {
                difficulties.put(
                        difficulty.label(),
                        difficulty == Difficulty.JUDGE ? Share.balanced(members) : Share.of(members));
            }
        }
        Map<String, List<Outcome>> byType = new LinkedHashMap<>();
        outcomes.forEach(outcome -> byType.computeIfAbsent(outcome.labelled().type(), _ -> new ArrayList<>())
                .add(outcome));
        Map<String, Share> types = new LinkedHashMap<>();
        byType.forEach((type, members) -> types.put(type, Share.of(members)));
        return new Accuracy(model, difficulties, types);
    }

    /** The table of the README: a row per model, a column per difficulty. */
    public static String table(List<Accuracy> models) {
        StringBuilder table = new StringBuilder("| model |");
        StringBuilder rule = new StringBuilder("|---|");
        for (Difficulty difficulty : Difficulty.values()) {
            table.append(' ')
                    .append(difficulty.label())
                    .append(difficulty == Difficulty.JUDGE ? " (balanced) |" : " |");
            rule.append("---:|");
        }
        table.append('\n').append(rule).append('\n');
        for (Accuracy accuracy : models) {
            table.append("| ").append(accuracy.model()).append(" |");
            for (Difficulty difficulty : Difficulty.values()) {
                Share share = accuracy.difficulties().get(difficulty.label());
                table.append(
                        share == null
                                ? " - |"
                                : String.format(
                                        Locale.ROOT,
                                        " %.1f %% (%d of %d) |",
                                        100 * share.accuracy(),
                                        share.right(),
                                        share.cases()));
            }
            table.append('\n');
        }
        return table.toString();
    }
}
