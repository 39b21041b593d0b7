package dev.weir.control.evaluation.gate;

import dev.weir.control.evaluation.gate.GateReport.CaseLine;
import dev.weir.control.evaluation.gate.GateReport.Change;
import java.util.stream.Collectors;

/** A report as JUnit writes test results, which every build server reads: the gate's rules are one suite, its cases another. */
public final class JUnitXml {
    private JUnitXml() {}

    public static String of(GateReport report) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
        int failureCount = report.failures().size();
        xml.append("  <testsuite name=\"gate\" tests=\"%d\" failures=\"%d\">\n"
                .formatted(Math.max(1, failureCount), failureCount));
        if (failureCount == 0) {
            xml.append("    <testcase classname=\"gate\" name=\"passed\"/>\n");
        }
        report.failures()
                .forEach(failure ->
                        xml.append("    <testcase classname=\"gate\" name=\"%s\"><failure message=\"%s\"/></testcase>\n"
                                .formatted(escaped(failure), escaped(failure))));
        xml.append("  </testsuite>\n");
        long failed = report.cases().stream().filter(JUnitXml::isFailed).count();
        long skipped = report.cases().stream()
                .filter(shown -> shown.change() == Change.UNSCORED)
                .count();
        xml.append("  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" skipped=\"%d\">\n"
                .formatted(escaped(report.candidate().model()), report.cases().size(), failed, skipped));
        report.cases()
                .forEach(shown -> xml.append(element(shown, report.candidate().setName())));
        return xml.append("  </testsuite>\n</testsuites>\n").toString();
    }

    private static boolean isFailed(CaseLine shown) {
        return shown.change() == Change.REGRESSED || shown.change() == Change.FAILS;
    }

    private static String element(CaseLine shown, String set) {
        String head = "    <testcase classname=\"%s\" name=\"%s\"".formatted(escaped(set), escaped(shown.id()));
        if (shown.change() == Change.UNSCORED) {
            return head + "><skipped message=\"no result\"/></testcase>\n";
        }
        if (!isFailed(shown)) {
            return head + "/>\n";
        }
        String why = shown.change() == Change.REGRESSED ? "passed before" : "failed before, too";
        return head
                + "><failure message=\"%s\">%s</failure></testcase>\n"
                        .formatted(
                                escaped(why),
                                escaped(shown.reasons().stream().collect(Collectors.joining("\n")) + "\nanswered: "
                                        + shown.answer()));
    }

    /** What may stand in an attribute. XML 1.0 has no way at all to write most control characters. */
    static String escaped(String text) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '&' -> safe.append("&amp;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                case '\n' -> safe.append("&#10;");
                case '\t' -> safe.append("&#9;");
                default -> {
                    boolean writable = c >= 0x20 && c != 0xFFFE && c != 0xFFFF && !(c >= 0xD800 && c <= 0xDFFF);
                    safe.appendCodePoint(writable ? c : 0xFFFD);
                }
            }
        });
        return safe.toString();
    }
}
