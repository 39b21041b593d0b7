package dev.weir.control.evaluation.gate;

import dev.weir.control.evaluation.gate.GateReport.CaseLine;
import dev.weir.control.evaluation.gate.GateReport.Change;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.evaluation.grading.Preference;
import dev.weir.control.evaluation.judge.CorrectedAccuracy;
import dev.weir.control.evaluation.run.RunSettings;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A report as one page that needs nothing else: what regressed comes first. */
public final class HtmlReport {
    private static final int CASES_MAX = 2000;

    private static final String STYLE = """
            body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1a1a1a;background:#fff}
            table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
            th,td{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}
            td.n{text-align:right;font-variant-numeric:tabular-nums}
            pre{white-space:pre-wrap;margin:0;font:13px/1.4 ui-monospace,monospace}
            .bad{color:#a40000}.good{color:#0a5c0a}
            details{border-bottom:1px solid #ccc;padding:.3rem 0}summary{cursor:pointer}
            @media(prefers-color-scheme:dark){body{background:#161616;color:#e8e8e8}.bad{color:#ff8a80}.good{color:#9be29b}}
            """;

    private HtmlReport() {}

    public static String of(GateReport report) {
        RunSettings baseline = report.baseline();
        StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width\"><title>Evaluation of "
                + escaped(report.candidate().model()) + "</title><style>" + STYLE + "</style></head><body>\n");
        page.append("<h1>%s%s</h1>\n"
                .formatted(
                        escaped(report.candidate().model()),
                        baseline == null ? "" : " against " + escaped(baseline.model())));
        page.append("<p>Golden set %s, version %s</p>\n"
                .formatted(escaped(report.candidate().setName()), GoldenSet.shortened(report.goldenHash())));
        verdict(report, page);
        judged(report, page);
        metrics(report, page);
        slices(report, page);
        for (Change change : Change.values()) {
            cases(change, report, page);
        }
        return page.append("</body></html>\n").toString();
    }

    private static void verdict(GateReport report, StringBuilder page) {
        GateReport.Totals total = report.total();
        page.append(
                report.isPassed() ? "<h2 class=\"good\">✓ passed</h2>\n" : "<h2 class=\"bad\">✗ not passed</h2>\n<ul>");
        report.failures()
                .forEach(failure -> page.append("<li>").append(escaped(failure)).append("</li>"));
        page.append(report.isPassed() ? "" : "</ul>\n");
        page.append("<p>%d of %d cases passed, %d every time; results for %.1f %% of the grades."
                .formatted(total.passedCount(), total.caseCount(), total.passedAlwaysCount(), 100 * total.coverage()));
        if (report.baseline() != null) {
            page.append(" The baseline passed %d. Only the candidate fails %d, only the baseline %d; p = %.4f."
                    .formatted(
                            total.baselinePassedCount(),
                            total.onlyCandidateFailsCount(),
                            total.onlyBaselineFailsCount(),
                            total.pValue()));
        }
        if (total.judged().count() > 0) {
            page.append(
                    " The judge has ruled on %d answers; it gave no verdict on %d, and its question does not apply to %d."
                            .formatted(
                                    total.judged().ruledCount(),
                                    total.judged().missingCount(),
                                    total.judged().inapplicableCount()));
        }
        page.append("</p>\n");
    }

    /** What the judge says of pairs, and how often the candidate is right as far as people and the judge know. */
    private static void judged(GateReport report, StringBuilder page) {
        Preferences pairs = report.preferences();
        if (pairs != null) {
            page.append(("<h2>Side by side</h2><p>Of %d pairs the judge prefers the candidate's answer in %d and the"
                            + " baseline's in %d; p = %.4f. There are %d ties, %d equal answers, %d pairs that the order"
                            + " decided (%.1f %%), %d without a verdict and %d that its question does not apply to.</p>\n")
                    .formatted(
                            pairs.pairCount(),
                            pairs.candidateCount(),
                            pairs.baselineCount(),
                            pairs.pValue(),
                            pairs.tieCount(),
                            pairs.sameCount(),
                            pairs.inconsistentCount(),
                            100 * pairs.positionBias(),
                            pairs.unscoredCount(),
                            pairs.inapplicableCount()));
        }
        CorrectedAccuracy accuracy = report.accuracy();
        if (accuracy != null) {
            page.append(
                    ("<h2>Accuracy</h2><p>%.1f %% of the answers are right, with 95 %% from %.1f to %.1f %% (PPI++):"
                                    + " people have labelled %d, and of %d others the judge passes %.1f %%, which counts by %.2f."
                                    + " Beside people the judge's kappa is %.3f; it recognises %.1f %% of the right and %.1f %%"
                                    + " of the wrong answers.</p>\n")
                            .formatted(
                                    100 * accuracy.share(),
                                    100 * accuracy.low(),
                                    100 * accuracy.high(),
                                    accuracy.labelCount(),
                                    accuracy.judgedCount(),
                                    100 * accuracy.judgedShare(),
                                    accuracy.lambda(),
                                    accuracy.kappa(),
                                    100 * accuracy.truePositiveRate(),
                                    100 * accuracy.trueNegativeRate()));
        }
    }

    private static void metrics(GateReport report, StringBuilder page) {
        page.append("<h2>Metrics</h2><table><tr><th>metric<th>cases<th>mean<th>baseline<th>p</tr>\n");
        report.metrics()
                .forEach(metric -> page.append(
                        "<tr><td>%s<td class=\"n\">%d<td class=\"n\">%.4f<td class=\"n\">%.4f<td class=\"n\">%.4f</tr>\n"
                                .formatted(
                                        escaped(metric.name()),
                                        metric.caseCount(),
                                        metric.mean(),
                                        metric.baselineMean(),
                                        metric.pValue())));
        page.append("</table>\n");
    }

    private static void slices(GateReport report, StringBuilder page) {
        page.append("<h2>Slices</h2><table><tr><th>slice<th>cases<th>passed<th>baseline<th>floor<th>p</tr>\n");
        report.slices()
                .forEach(slice -> page.append(
                        "<tr><td>%s<td class=\"n\">%d<td class=\"n\">%d<td class=\"n\">%d<td class=\"n\">%s<td class=\"n\">%.4f</tr>\n"
                                .formatted(
                                        escaped(slice.name()),
                                        slice.caseCount(),
                                        slice.passedCount(),
                                        slice.baselinePassedCount(),
                                        slice.floor() == null
                                                ? ""
                                                : slice.floor().toString(),
                                        slice.pValue())));
        page.append("</table>\n");
    }

    private static void cases(Change change, GateReport report, StringBuilder page) {
        List<CaseLine> members = report.cases().stream()
                .filter(shown -> shown.change() == change)
                .toList();
        if (members.isEmpty()) {
            return;
        }
        page.append("<h2>%s (%d)</h2>\n".formatted(change.name().toLowerCase(Locale.ROOT), members.size()));
        members.stream().limit(CASES_MAX).forEach(shown -> page.append(details(shown)));
        if (members.size() > CASES_MAX) {
            page.append("<p>and %d more</p>\n".formatted(members.size() - CASES_MAX));
        }
    }

    private static String details(CaseLine shown) {
        String reference = shown.reference();
        String before = shown.baselineAnswer();
        Preference preference = shown.preference();
        return "<details%s><summary>%s%s, passed %d of %d</summary><table>%s%s%s%s%s%s</table></details>\n"
                .formatted(
                        shown.change() == Change.REGRESSED ? " open" : "",
                        escaped(shown.id()),
                        shown.mustPass() ? " (must pass)" : "",
                        shown.passedCount(),
                        shown.attemptCount(),
                        row("question", shown.question()),
                        reference == null ? "" : row("reference", reference),
                        before == null ? "" : row("baseline", before),
                        row("answer", shown.answer()),
                        shown.reasons().isEmpty()
                                ? ""
                                : row("why", shown.reasons().stream().collect(Collectors.joining("\n"))),
                        preference == null
                                ? ""
                                : row(
                                        "side by side",
                                        preference.winner().name().toLowerCase(Locale.ROOT) + ": "
                                                + preference.reason()));
    }

    private static String row(String name, String text) {
        return "<tr><th>%s<td><pre>%s</pre></tr>".formatted(name, escaped(text));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
