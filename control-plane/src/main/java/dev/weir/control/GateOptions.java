package dev.weir.control;

import dev.weir.control.evaluation.gate.AnswerLabels;
import dev.weir.control.evaluation.gate.Gate;
import dev.weir.control.evaluation.gate.GateReport;
import dev.weir.control.evaluation.gate.GateReport.Change;
import dev.weir.control.evaluation.gate.GateRules;
import dev.weir.control.evaluation.gate.HtmlReport;
import dev.weir.control.evaluation.gate.JUnitXml;
import dev.weir.control.evaluation.gate.Preferences;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.evaluation.judge.CorrectedAccuracy;
import dev.weir.control.evaluation.run.CaseOutcome.Judged;
import dev.weir.control.evaluation.run.RunResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a gate is asked for on the command line, and how its verdict is told. */
final class GateOptions {
    private static final int REGRESSIONS_PRINTED_MAX = 20;

    @Option(
            names = "--floor",
            paramLabel = "SLICE:SHARE",
            description = "the least share of passed cases of a slice, as in type=refund:0.9, or of all: all:0.95")
    private List<String> floors = List.of();

    @Option(
            names = "--tolerance",
            defaultValue = "0",
            description = "how far a metric's mean may be below the baseline's (default 0)")
    private double tolerance;

    @Option(names = "--junit", paramLabel = "FILE", description = "also write the verdict as JUnit's XML")
    private @Nullable Path junit;

    @Option(names = "--html", paramLabel = "FILE", description = "also write a page, the regressed cases first")
    private @Nullable Path html;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "lines of {\"case\", \"correct\"}: what people say of some answers of a judged run")
    private @Nullable Path labels;

    GateReport judge(GoldenSet set, RunResults candidate, @Nullable RunResults baseline) throws IOException {
        GateRules rules = GateRules.STANDARD.withFloors(shares()).withTolerance(tolerance);
        AnswerLabels known = labels == null ? AnswerLabels.NONE : AnswerLabels.read(Files.readString(labels));
        return new Gate(rules).judge(set, candidate, baseline, known);
    }

    /** Slices have equals signs in them, so a share stands behind the last colon. */
    private Map<String, Double> shares() {
        Map<String, Double> shares = new LinkedHashMap<>();
        for (String floor : floors) {
            int at = floor.lastIndexOf(':');
            try {
                shares.put(floor.substring(0, at), Double.valueOf(floor.substring(at + 1)));
            } catch (IndexOutOfBoundsException | NumberFormatException _) {
                throw new StartFailure("--floor is a slice and a share, as in type=refund:0.9, not '" + floor + "'");
            }
        }
        return shares;
    }

    void write(GateReport report) throws IOException {
        print(report);
        if (junit != null) {
            Files.writeString(junit, JUnitXml.of(report));
        }
        if (html != null) {
            Files.writeString(html, HtmlReport.of(report));
        }
    }

    private static void print(GateReport report) {
        GateReport.Totals total = report.total();
        System.out.printf(
                Locale.ROOT,
                "%s: %d of %d passed (%.1f %%), %d every time%n",
                report.candidate().model(),
                total.passedCount(),
                total.caseCount(),
                total.caseCount() == 0 ? 0 : 100.0 * total.passedCount() / total.caseCount(),
                total.passedAlwaysCount());
        if (report.baseline() != null) {
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d passed; only %s fails %d, only the baseline %d (p = %.4f)%n",
                    report.baseline().model(),
                    total.baselinePassedCount(),
                    report.candidate().model(),
                    total.onlyCandidateFailsCount(),
                    total.onlyBaselineFailsCount(),
                    total.pValue());
        }
        report.metrics()
                .forEach(metric -> System.out.printf(
                        Locale.ROOT, "  %-24s %.4f over %d cases%n", metric.name(), metric.mean(), metric.caseCount()));
        judged(report);
        report.cases().stream()
                .filter(shown -> shown.change() == Change.REGRESSED)
                .limit(REGRESSIONS_PRINTED_MAX)
                .forEach(shown -> System.out.println("  regressed: " + shown.id()));
        System.out.println(report.isPassed() ? "passed" : "not passed:");
        report.failures().forEach(failure -> System.out.println("  " + failure));
    }

    private static void judged(GateReport report) {
        Judged judged = report.total().judged();
        if (judged.count() > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "  judged: %d answers, %d without a verdict, %d not to be judged%n",
                    judged.ruledCount(),
                    judged.missingCount(),
                    judged.inapplicableCount());
        }
        Preferences pairs = report.preferences();
        if (pairs != null && report.baseline() != null) {
            System.out.println("  side by side: "
                    + words(pairs, report.candidate().model(), report.baseline().model()));
        }
        CorrectedAccuracy accuracy = report.accuracy();
        if (accuracy != null) {
            System.out.printf(
                    Locale.ROOT,
                    "  right: %.1f %% (%.1f to %.1f %%, PPI++ over %d labels and %d further verdicts, of which %.1f %% pass;"
                            + " kappa %.3f)%n",
                    100 * accuracy.share(),
                    100 * accuracy.low(),
                    100 * accuracy.high(),
                    accuracy.labelCount(),
                    accuracy.judgedCount(),
                    100 * accuracy.judgedShare(),
                    accuracy.kappa());
        }
    }

    /** What came of pairs, in a line. */
    static String words(Preferences pairs, String candidate, String baseline) {
        return String.format(
                Locale.ROOT,
                "of %d pairs %d for %s, %d for %s (p = %.4f), %d ties, %d equal, %d not to be judged, %d without a verdict;"
                        + " position bias %.1f %% (%d pairs)",
                pairs.pairCount(),
                pairs.candidateCount(),
                candidate,
                pairs.baselineCount(),
                baseline,
                pairs.pValue(),
                pairs.tieCount(),
                pairs.sameCount(),
                pairs.inapplicableCount(),
                pairs.unscoredCount(),
                100 * pairs.positionBias(),
                pairs.inconsistentCount());
    }
}
