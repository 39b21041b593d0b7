package dev.weir.bench.report;

import dev.weir.bench.measure.Goodput;
import dev.weir.bench.measure.RunResult;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A measurement of a server.
 *
 * @param command what was typed
 * @param workload its description, by which results are found alike
 * @param promptLengths how prompt lengths were counted when the prompts were written
 */
public record ServeReport(
        Instant when,
        String command,
        String commit,
        Machine machine,
        String url,
        String model,
        Map<String, String> workload,
        String promptLengths,
        Goodput goodput,
        List<RunResult> runs) {
    public ServeReport {
        runs = List.copyOf(runs);
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("a report needs a run");
        }
    }
}
