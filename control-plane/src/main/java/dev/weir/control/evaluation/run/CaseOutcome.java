package dev.weir.control.evaluation.run;

import dev.weir.control.evaluation.grading.Grade;
import dev.weir.control.evaluation.grading.Preference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What became of a case over all times that it was asked.
 *
 * @param passedCount of {@code scoredCount}
 * @param scoredCount of {@code attemptCount}; the others have no result
 * @param gradeCount of all attempts, of which {@code unscoredGradeCount} have no result
 * @param metrics mean scores
 * @param noisyMetrics those of which asking again might give another
 * @param answer the last one
 * @param reasons of checks that were not passed, the last time
 * @param preference what the judge says of the first answer beside another run's, where it was asked
 */
public record CaseOutcome(
        String caseId,
        int passedCount,
        int scoredCount,
        int attemptCount,
        int gradeCount,
        int unscoredGradeCount,
        Map<String, Double> metrics,
        List<String> noisyMetrics,
        String answer,
        List<String> reasons,
        @Nullable Preference preference) {
    public CaseOutcome {
        metrics = Map.copyOf(metrics);
        noisyMetrics = List.copyOf(noisyMetrics);
        reasons = List.copyOf(reasons);
    }

    /** More often than not. */
    public boolean isPassed() {
        return 2 * passedCount > scoredCount;
    }

    /** Every time, which is what {@code pass^k} counts. */
    public boolean isPassedAlways() {
        return scoredCount > 0 && passedCount == scoredCount;
    }

    public boolean isScored() {
        return scoredCount > 0;
    }

    /** By cases, in the order in which they were first asked. */
    public static Map<String, CaseOutcome> of(Iterable<Attempt> attempts) {
        Map<String, List<Attempt>> byCase = new LinkedHashMap<>();
        attempts.forEach(attempt ->
                byCase.computeIfAbsent(attempt.caseId(), _ -> new ArrayList<>()).add(attempt));
        Map<String, CaseOutcome> outcomes = LinkedHashMap.newLinkedHashMap(byCase.size());
        byCase.forEach((id, members) -> outcomes.put(id, of(id, members)));
        return outcomes;
    }

    private static CaseOutcome of(String id, List<Attempt> attempts) {
        Map<String, List<Double>> scores = new TreeMap<>();
        List<String> noisy = new ArrayList<>();
        int passed = 0;
        int scored = 0;
        for (Attempt attempt : attempts) {
            passed += attempt.status() == Grade.Status.PASSED ? 1 : 0;
            scored += attempt.status() == Grade.Status.UNSCORED ? 0 : 1;
            for (Grade grade : attempt.grades()) {
                if (grade.status() != Grade.Status.UNSCORED) {
                    scores.computeIfAbsent(grade.metric(), _ -> new ArrayList<>())
                            .add(grade.score());
                    if (grade.noisy() && !noisy.contains(grade.metric())) {
                        noisy.add(grade.metric());
                    }
                }
            }
        }
        Map<String, Double> means = new TreeMap<>();
        scores.forEach((metric, values) -> means.put(
                metric,
                values.stream().mapToDouble(Double::doubleValue).average().orElse(0)));
        Attempt last = attempts.getLast();
        List<String> reasons = last.error() != null
                ? List.of(last.error())
                : last.grades().stream()
                        .filter(grade -> grade.status() != Grade.Status.PASSED)
                        .map(grade -> grade.metric() + ": " + grade.reason())
                        .toList();
        return new CaseOutcome(
                id,
                passed,
                scored,
                attempts.size(),
                attempts.stream().mapToInt(attempt -> attempt.grades().size()).sum(),
                Math.toIntExact(attempts.stream()
                        .flatMap(attempt -> attempt.grades().stream())
                        .filter(grade -> grade.status() == Grade.Status.UNSCORED)
                        .count()),
                means,
                noisy,
                last.answer() == null ? "" : last.answer().text(),
                reasons,
                attempts.stream()
                        .map(Attempt::preference)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null));
    }
}
