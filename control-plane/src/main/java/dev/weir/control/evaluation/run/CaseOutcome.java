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
 * @param gradeCount of all attempts that apply to the case, of which {@code unscoredGradeCount} have no result
 * @param judged what came of asking the judge how good the answers are
 * @param metrics mean scores
 * @param noisyMetrics those of which asking again might give another
 * @param answer the last one
 * @param reasons of checks that were not passed, or do not apply, the last time
 * @param preference what the judge says of the first answer beside another run's, where it was asked
 */
public record CaseOutcome(
        String caseId,
        int passedCount,
        int scoredCount,
        int attemptCount,
        int gradeCount,
        int unscoredGradeCount,
        Judged judged,
        Map<String, Double> metrics,
        List<String> noisyMetrics,
        String answer,
        List<String> reasons,
        @Nullable Preference preference) {
    /**
     * What came of asking the judge about answers whose case asks it nothing of its own.
     *
     * @param missingCount answers that it gave no verdict on
     * @param inapplicableCount answers to what its question does not apply to
     */
    public record Judged(int ruledCount, int missingCount, int inapplicableCount) {
        public static final Judged NOTHING = new Judged(0, 0, 0);

        public Judged plus(Judged other) {
            return new Judged(
                    ruledCount + other.ruledCount,
                    missingCount + other.missingCount,
                    inapplicableCount + other.inapplicableCount);
        }

        static Judged of(Grade grade) {
            return switch (grade.status()) {
                case PASSED, FAILED -> new Judged(1, 0, 0);
                case UNSCORED -> new Judged(0, 1, 0);
                case NOT_APPLICABLE -> new Judged(0, 0, 1);
            };
        }

        /** What it was asked about, or would have been. */
        public int count() {
            return ruledCount + missingCount + inapplicableCount;
        }

        /** The share of what it was asked about on which it has ruled; 1 where that is nothing. */
        public double coverage() {
            return missingCount == 0 ? 1 : ruledCount / (double) (ruledCount + missingCount);
        }
    }

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
        int grades = 0;
        int unscored = 0;
        Judged judged = Judged.NOTHING;
        for (Attempt attempt : attempts) {
            passed += attempt.status() == Grade.Status.PASSED ? 1 : 0;
            scored += attempt.status() == Grade.Status.UNSCORED ? 0 : 1;
            for (Grade grade : attempt.grades()) {
                grades += grade.status() == Grade.Status.NOT_APPLICABLE ? 0 : 1;
                unscored += grade.status() == Grade.Status.UNSCORED ? 1 : 0;
                judged = grade.metric().equals(EvaluationRun.JUDGED_METRIC) ? judged.plus(Judged.of(grade)) : judged;
                if (grade.hasResult()) {
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
                        .map(CaseOutcome::told)
                        .toList();
        return new CaseOutcome(
                id,
                passed,
                scored,
                attempts.size(),
                grades,
                unscored,
                judged,
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

    private static String told(Grade grade) {
        String does = grade.status() == Grade.Status.NOT_APPLICABLE ? " does not apply: " : ": ";
        return grade.metric() + does + grade.reason();
    }
}
