package dev.weir.control.evaluation.gate;

import dev.weir.control.evaluation.gate.GateReport.CaseLine;
import dev.weir.control.evaluation.gate.GateReport.Change;
import dev.weir.control.evaluation.gate.GateReport.MetricLine;
import dev.weir.control.evaluation.gate.GateReport.SliceLine;
import dev.weir.control.evaluation.gate.GateReport.Totals;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.evaluation.golden.Severity;
import dev.weir.control.evaluation.golden.Split;
import dev.weir.control.evaluation.run.CaseOutcome;
import dev.weir.control.evaluation.run.CaseOutcome.Judged;
import dev.weir.control.evaluation.run.JudgeVersion;
import dev.weir.control.evaluation.run.RunResults;
import dev.weir.control.statistics.McNemar;
import dev.weir.control.statistics.Multiplicity;
import dev.weir.control.statistics.PairedPermutation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Compares runs over the same version of a golden set. Cases are paired by their ids. */
public final class Gate {
    /** A case with what became of it; the baseline's part is absent where there is no baseline. */
    private record Pair(
            GoldenCase golden,
            CaseOutcome candidate,
            @Nullable CaseOutcome baseline) {
        boolean isScored() {
            return candidate.isScored() && (baseline == null || baseline.isScored());
        }

        boolean baselinePassed() {
            return baseline != null && baseline.isPassed();
        }

        boolean regressed() {
            return baselinePassed() && !candidate.isPassed();
        }

        boolean improved() {
            return baseline != null && !baseline.isPassed() && candidate.isPassed();
        }
    }

    private final GateRules rules;

    public Gate(GateRules rules) {
        this.rules = rules;
    }

    /**
     * The verdict on a candidate.
     *
     * @param baseline what it has to be as good as; without one, only floors and must-pass cases decide
     * @throws IllegalArgumentException if the runs are not over this version of the set, or not judged by one judge
     */
    public GateReport judge(GoldenSet set, RunResults candidate, @Nullable RunResults baseline) {
        return judge(set, candidate, baseline, AnswerLabels.NONE);
    }

    /**
     * The verdict, and beside it how often the candidate is right.
     *
     * @param labels of people, on the candidate's answers
     */
    public GateReport judge(GoldenSet set, RunResults candidate, @Nullable RunResults baseline, AnswerLabels labels) {
        requireSame(set, candidate);
        if (baseline != null) {
            requireSame(set, baseline);
            requireOneJudge(candidate, baseline);
        }
        Map<String, CaseOutcome> now = candidate.outcomes();
        Map<String, CaseOutcome> before = baseline == null ? Map.of() : baseline.outcomes();
        List<Pair> all = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        int missingCount = 0;
        for (GoldenCase golden : set.cases()) {
            CaseOutcome outcome = now.get(golden.id());
            CaseOutcome old = before.get(golden.id());
            if (outcome == null || (baseline != null && old == null)) {
                missingCount++;
            } else {
                all.add(new Pair(golden, outcome, old));
            }
        }
        if (missingCount > 0) {
            failures.add(missingCount + " cases have not been asked in " + (baseline == null ? "the run" : "both runs")
                    + ": finish the run");
        }
        List<Pair> deciding = all.stream()
                .filter(pair -> pair.golden().split().decides() && pair.isScored())
                .toList();
        Totals total = total(all, deciding);
        List<MetricLine> metrics = metrics(deciding, baseline != null);
        List<SliceLine> slices = slices(deciding, baseline != null);
        judgeTotal(total, baseline != null, failures);
        judgeTheJudge(total.judged(), failures);
        judgeCases(all, failures);
        judgeMetrics(metrics, baseline != null, failures);
        judgeSlices(slices, failures);
        Preferences preferences = preferences(all, candidate, baseline);
        judgePreferences(preferences, failures);
        List<CaseLine> cases = all.stream()
                .map(Gate::shown)
                .sorted(Comparator.comparing(CaseLine::change)
                        .thenComparing(shown -> !shown.mustPass())
                        .thenComparing(CaseLine::id))
                .toList();
        return new GateReport(
                set.hash(),
                candidate.settings(),
                baseline == null ? null : baseline.settings(),
                failures,
                total,
                metrics,
                slices,
                preferences,
                labels.accuracy(now).orElse(null),
                cases);
    }

    private static void requireSame(GoldenSet set, RunResults run) {
        if (!run.settings().goldenHash().equals(set.hash())) {
            throw new IllegalArgumentException("the run of " + run.settings().model() + " is over version "
                    + GoldenSet.shortened(run.settings().goldenHash()) + " of the set, not over "
                    + GoldenSet.shortened(set.hash()) + ": run it again over this one");
        }
    }

    /** Of another judge, or one with other weights, nobody knows what it would have said of the other run. */
    private static void requireOneJudge(RunResults candidate, RunResults baseline) {
        String judge = candidate.settings().judgeVersion();
        String before = baseline.settings().judgeVersion();
        if (judge != null && before != null && !JudgeVersion.agree(judge, before)) {
            throw new IllegalArgumentException(
                    "the judge of " + candidate.settings().model() + " is " + judge
                            + ", that of " + baseline.settings().model() + " was " + before
                            + ": their verdicts cannot stand together, judge both runs by one");
        }
    }

    private static Totals total(List<Pair> all, List<Pair> deciding) {
        int grades =
                all.stream().mapToInt(pair -> pair.candidate().gradeCount()).sum();
        int missing = all.stream()
                .mapToInt(pair -> pair.candidate().unscoredGradeCount())
                .sum();
        int worse = count(deciding, Pair::regressed);
        int better = count(deciding, Pair::improved);
        return new Totals(
                deciding.size(),
                count(deciding, pair -> pair.candidate().isPassed()),
                count(deciding, pair -> pair.candidate().isPassedAlways()),
                count(deciding, Pair::baselinePassed),
                worse,
                better,
                McNemar.oneSidedP(worse, better),
                grades == 0 ? 0 : 1 - missing / (double) grades,
                all.stream()
                        .filter(pair -> pair.golden().split().decides())
                        .map(pair -> pair.candidate().judged())
                        .reduce(Judged.NOTHING, Judged::plus));
    }

    private List<MetricLine> metrics(List<Pair> deciding, boolean paired) {
        Map<String, List<Pair>> byMetric = new TreeMap<>();
        for (Pair pair : deciding) {
            for (String metric : pair.candidate().metrics().keySet()) {
                if (pair.baseline() == null || pair.baseline().metrics().containsKey(metric)) {
                    byMetric.computeIfAbsent(metric, _ -> new ArrayList<>()).add(pair);
                }
            }
        }
        List<MetricLine> metrics = new ArrayList<>();
        byMetric.forEach((name, members) -> {
            double[] now = members.stream()
                    .mapToDouble(pair -> score(pair.candidate(), name))
                    .toArray();
            double[] before = members.stream()
                    .mapToDouble(pair -> score(pair.baseline(), name))
                    .toArray();
            double[] differences = new double[now.length];
            for (int i = 0; i < now.length; i++) {
                differences[i] = paired ? now[i] - before[i] : 0;
            }
            boolean noisy = members.stream()
                    .anyMatch(pair -> pair.candidate().noisyMetrics().contains(name));
            metrics.add(new MetricLine(
                    name, now.length, mean(now), mean(before), PairedPermutation.oneSidedP(differences), noisy));
        });
        List<Double> adjusted =
                Multiplicity.holm(metrics.stream().map(MetricLine::pValue).toList());
        for (int i = 0; i < adjusted.size(); i++) {
            MetricLine metric = metrics.get(i);
            metrics.set(
                    i,
                    new MetricLine(
                            metric.name(),
                            metric.caseCount(),
                            metric.mean(),
                            metric.baselineMean(),
                            adjusted.get(i),
                            metric.noisy()));
        }
        return metrics;
    }

    private List<SliceLine> slices(List<Pair> deciding, boolean paired) {
        Map<String, List<Pair>> bySlice = new TreeMap<>();
        for (Pair pair : deciding) {
            pair.golden()
                    .slices()
                    .forEach(slice -> bySlice.computeIfAbsent(slice, _ -> new ArrayList<>())
                            .add(pair));
        }
        rules.floors().keySet().stream()
                .filter(slice -> slice.equals(GateRules.ALL))
                .forEach(slice -> bySlice.put(slice, deciding));
        // A tag with a value of its own for every case is a name, and no slice.
        bySlice.values().removeIf(members -> members.size() < 2);
        List<String> names = List.copyOf(bySlice.keySet());
        List<Double> adjusted = Multiplicity.holm(bySlice.values().stream()
                .map(members -> paired
                        ? McNemar.oneSidedP(count(members, Pair::regressed), count(members, Pair::improved))
                        : 1.0)
                .toList());
        List<SliceLine> slices = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            List<Pair> members = bySlice.getOrDefault(name, List.of());
            slices.add(new SliceLine(
                    name,
                    members.size(),
                    count(members, pair -> pair.candidate().isPassed()),
                    count(members, Pair::baselinePassed),
                    adjusted.get(i),
                    rules.floors().get(name)));
        }
        return slices;
    }

    private void judgeTotal(Totals total, boolean paired, List<String> failures) {
        if (total.caseCount() == 0) {
            failures.add("no case decides: all are in splits that do not, or have no result");
        }
        if (total.coverage() < rules.coverageMin()) {
            failures.add("only %s of the grades have a result, %s are needed: look at the judge and at the server"
                    .formatted(percent(total.coverage()), percent(rules.coverageMin())));
        }
        if (paired && total.pValue() < rules.alpha()) {
            failures.add("it is worse: %d cases that passed fail now, %d the other way round (p = %.4f)"
                    .formatted(total.onlyCandidateFailsCount(), total.onlyBaselineFailsCount(), total.pValue()));
        }
    }

    /** One that says nothing, or has nothing to say of most, finds nothing wrong for no reason. */
    private void judgeTheJudge(Judged judged, List<String> failures) {
        int askedCount = judged.ruledCount() + judged.missingCount();
        if (hasTooLittleToSay(askedCount, judged.inapplicableCount())) {
            failures.add(tooLittle(askedCount, judged.count(), "answers"));
        } else if (judged.coverage() < rules.coverageMin()) {
            failures.add(
                    "the judge has ruled on only %s of the answers that it was asked about, %s are needed: look at the judge"
                            .formatted(percent(judged.coverage()), percent(rules.coverageMin())));
        }
    }

    private static boolean hasTooLittleToSay(int askedCount, int inapplicableCount) {
        return inapplicableCount > 0
                && (askedCount < GateRules.APPLICABLE_COUNT_MIN
                        || askedCount < GateRules.APPLICABLE_SHARE_MIN * (askedCount + inapplicableCount));
    }

    private static String tooLittle(int askedCount, int count, String what) {
        return "the judge's question applies to only %d of %d %s, and %d and %s are needed: take another judge"
                .formatted(
                        askedCount,
                        count,
                        what,
                        GateRules.APPLICABLE_COUNT_MIN,
                        percent(GateRules.APPLICABLE_SHARE_MIN));
    }

    /** No test here: one is too many. */
    private static void judgeCases(List<Pair> all, List<String> failures) {
        for (Pair pair : all) {
            boolean counts = pair.golden().split() != Split.QUARANTINE;
            if (counts && pair.golden().mustPass() && !pair.candidate().isPassedAlways()) {
                failures.add("the case %s must pass every time, and passed %d of %d"
                        .formatted(
                                pair.golden().id(),
                                pair.candidate().passedCount(),
                                pair.candidate().attemptCount()));
            } else if (counts && pair.golden().severity() == Severity.CRITICAL && pair.regressed()) {
                failures.add("the critical case " + pair.golden().id() + " passed before and fails now");
            }
        }
    }

    private void judgeMetrics(List<MetricLine> metrics, boolean paired, List<String> failures) {
        if (!paired) {
            return;
        }
        for (MetricLine metric : metrics) {
            boolean below = metric.mean() < metric.baselineMean() - rules.tolerance() - 1e-12;
            if (below && (!metric.noisy() || metric.pValue() < rules.alpha())) {
                failures.add("%s is %.4f, the baseline's is %.4f (p = %.4f)"
                        .formatted(metric.name(), metric.mean(), metric.baselineMean(), metric.pValue()));
            }
        }
    }

    private void judgeSlices(List<SliceLine> slices, List<String> failures) {
        for (SliceLine slice : slices) {
            double share = slice.passedCount() / (double) slice.caseCount();
            if (slice.floor() != null && share < slice.floor()) {
                failures.add("of %s %s passed, the floor is %s"
                        .formatted(slice.name(), percent(share), percent(slice.floor())));
            } else if (slice.pValue() < rules.alpha()) {
                failures.add("%s is worse: %d of %d passed, before %d (p = %.4f)"
                        .formatted(
                                slice.name(),
                                slice.passedCount(),
                                slice.caseCount(),
                                slice.baselinePassedCount(),
                                slice.pValue()));
            }
        }
        rules.floors().keySet().stream()
                .filter(name -> slices.stream().noneMatch(slice -> slice.name().equals(name)))
                .forEach(name -> failures.add("there is a floor for '" + name + "', which is no slice of this set"));
    }

    /** What the judge says of the pairs, if it saw the answers of these two runs. */
    private static @Nullable Preferences preferences(
            List<Pair> all, RunResults candidate, @Nullable RunResults baseline) {
        if (baseline == null
                || !baseline.settings().id().equals(candidate.settings().comparedWith())) {
            return null;
        }
        return Preferences.of(all.stream()
                .filter(pair -> pair.golden().split().decides())
                .map(pair -> pair.candidate().preference())
                .filter(Objects::nonNull)
                .toList());
    }

    private void judgePreferences(@Nullable Preferences preferences, List<String> failures) {
        if (preferences == null) {
            return;
        }
        if (hasTooLittleToSay(preferences.applicableCount(), preferences.inapplicableCount())) {
            failures.add(tooLittle(preferences.applicableCount(), preferences.pairCount(), "pairs"));
        } else if (preferences.coverage() < rules.coverageMin()) {
            failures.add("only %s of the pairs have a verdict, %s are needed: look at the judge"
                    .formatted(percent(preferences.coverage()), percent(rules.coverageMin())));
        }
        if (!preferences.judgeCompares()) {
            failures.add(
                    "in %s of the pairs the order of the answers decided: this judge cannot compare, take another one"
                            .formatted(percent(preferences.positionBias())));
        }
        if (preferences.pValue() < rules.alpha()) {
            failures.add("the judge prefers the baseline's answers: %d to %d (p = %.4f)"
                    .formatted(preferences.baselineCount(), preferences.candidateCount(), preferences.pValue()));
        }
    }

    private static CaseLine shown(Pair pair) {
        CaseOutcome outcome = pair.candidate();
        Change change = !pair.isScored()
                ? Change.UNSCORED
                : pair.regressed()
                        ? Change.REGRESSED
                        : pair.improved() ? Change.IMPROVED : outcome.isPassed() ? Change.PASSES : Change.FAILS;
        return new CaseLine(
                pair.golden().id(),
                change,
                pair.golden().mustPass(),
                pair.golden().severity().name().toLowerCase(Locale.ROOT),
                pair.golden().question(),
                pair.golden().reference(),
                outcome.answer(),
                pair.baseline() == null ? null : pair.baseline().answer(),
                outcome.passedCount(),
                outcome.attemptCount(),
                outcome.reasons(),
                outcome.preference());
    }

    private static double score(@Nullable CaseOutcome outcome, String metric) {
        return outcome == null ? 0 : outcome.metrics().getOrDefault(metric, 0.0);
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return values.length == 0 ? 0 : sum / values.length;
    }

    private static int count(List<Pair> pairs, Predicate<Pair> which) {
        return Math.toIntExact(pairs.stream().filter(which).count());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
