package dev.weir.control.evaluation.gate;

import dev.weir.control.evaluation.grading.Preference;
import dev.weir.control.evaluation.judge.CorrectedAccuracy;
import dev.weir.control.evaluation.run.CaseOutcome.Judged;
import dev.weir.control.evaluation.run.RunSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A gate's verdict and everything it was made of.
 *
 * @param failures why it is not passed, each a sentence; none if it is
 * @param preferences where the judge has compared the candidate's answers with the baseline's
 * @param accuracy of the candidate, where people have labelled some of its answers and the judge has judged them
 * @param cases those that changed for the worse first, then those that fail, then the others
 */
public record GateReport(
        String goldenHash,
        RunSettings candidate,
        @Nullable RunSettings baseline,
        List<String> failures,
        Totals total,
        List<MetricLine> metrics,
        List<SliceLine> slices,
        @Nullable Preferences preferences,
        @Nullable CorrectedAccuracy accuracy,
        List<CaseLine> cases) {
    public GateReport {
        failures = List.copyOf(failures);
        metrics = List.copyOf(metrics);
        slices = List.copyOf(slices);
        cases = List.copyOf(cases);
    }

    public boolean isPassed() {
        return failures.isEmpty();
    }

    /**
     * All cases that decide.
     *
     * @param caseCount with a result, in both runs where there are two
     * @param passedAlwaysCount every time that they were asked
     * @param onlyCandidateFailsCount passed by the baseline
     * @param pValue exact McNemar: the probability of as many, if the candidate is no worse
     * @param coverage the share of the candidate's grades that have a result, of those that apply to their cases
     * @param judged what the judge has said of the candidate's answers to cases that ask it nothing of their own
     */
    public record Totals(
            int caseCount,
            int passedCount,
            int passedAlwaysCount,
            int baselinePassedCount,
            int onlyCandidateFailsCount,
            int onlyBaselineFailsCount,
            double pValue,
            double coverage,
            Judged judged) {}

    /** The mean of a metric over the cases that have it; adjusted for the number of metrics. */
    public record MetricLine(
            String name, int caseCount, double mean, double baselineMean, double pValue, boolean noisy) {}

    /** A slice's share of passed cases; adjusted for the number of slices. */
    public record SliceLine(
            String name,
            int caseCount,
            int passedCount,
            int baselinePassedCount,
            double pValue,
            @Nullable Double floor) {}

    /** How a case fared. */
    public enum Change {
        REGRESSED,
        FAILS,
        IMPROVED,
        PASSES,
        UNSCORED
    }

    /** A case with both answers, so that a person can see for themselves. */
    public record CaseLine(
            String id,
            Change change,
            boolean mustPass,
            String severity,
            String question,
            @Nullable String reference,
            String answer,
            @Nullable String baselineAnswer,
            int passedCount,
            int attemptCount,
            List<String> reasons,
            @Nullable Preference preference) {}
}
