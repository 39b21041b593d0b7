package dev.weir.rollouts.report;

import dev.weir.rollouts.scenario.Figure;
import dev.weir.rollouts.scenario.Result;
import java.util.List;

/** For a terminal. */
public final class TextReport {
    private TextReport() {}

    public static String write(Result result) {
        StringBuilder text = new StringBuilder("%-4s %s%n".formatted(result.id(), result.title()));
        for (Figure figure : result.figures()) {
            text.append("       %-9s %s%s%n"
                    .formatted(
                            figure.shown(),
                            figure.name(),
                            figure.target().isEmpty()
                                    ? ""
                                    : "; target: " + figure.target() + (figure.met() ? ", met" : ", MISSED")));
        }
        return text.toString();
    }

    /** The last line. */
    public static String summary(List<Result> results, int seedCount) {
        List<String> missed =
                results.stream().filter(result -> !result.met()).map(Result::id).toList();
        return "%d scenarios, %d seeds: %s%n"
                .formatted(
                        results.size(),
                        seedCount,
                        missed.isEmpty() ? "all targets met" : "targets missed in " + String.join(", ", missed));
    }
}
