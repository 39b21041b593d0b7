package dev.weir.bench.report;

import dev.weir.bench.load.Answer;
import dev.weir.bench.load.FailureKind;
import dev.weir.bench.load.Load;
import dev.weir.bench.load.LoadRun;
import dev.weir.bench.load.Sample;
import dev.weir.bench.load.Stamps;
import dev.weir.bench.load.TokenUsage;
import dev.weir.bench.measure.Goodput;
import dev.weir.bench.measure.Recorder;
import dev.weir.bench.measure.RunResult;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reports of runs that never were. */
public final class TestReports {
    private static final long MILLI = 1_000_000;
    private static final Goodput GOODPUT = Goodput.parse("ttft:30ms");

    private TestReports() {}

    /** Two runs, the second of which is slower by a factor. */
    public static ServeReport of(int factor) {
        Map<String, String> workload = new LinkedHashMap<>();
        workload.put("workload", "synthetic");
        workload.put("prompt_tokens", "20");
        workload.put("output_tokens", "3");
        return new ServeReport(
                Instant.parse("2026-11-21T10:00:00Z"),
                "./weir bench serve --url http://127.0.0.1:8100 --rate 1,2",
                "0123456",
                new Machine("A processor <with & in its name>", 4, 8L << 30, "Linux", "Java"),
                "http://127.0.0.1:8100",
                "a-model",
                workload,
                "exact",
                GOODPUT,
                List.of(run(1, 1), run(2, factor)));
    }

    private static RunResult run(double rate, int factor) {
        Recorder recorder = new Recorder();
        for (int i = 0; i < 4; i++) {
            long dueNanos = i * 100L * MILLI;
            Stamps pieces = new Stamps();
            for (int token = 0; token < 3; token++) {
                pieces.add(dueNanos + factor * (10L * (i + 1) + 5L * token) * MILLI);
            }
            recorder.accept(new Sample(
                    i,
                    0,
                    dueNanos,
                    new Answer.Completed(dueNanos, pieces, pieces.last(), new TokenUsage(20, 16, 3, true), "abc")));
        }
        recorder.accept(new Sample(4, 0, 0, new Answer.Failed(FailureKind.OVERLOADED, "429: <full>", MILLI)));
        return recorder.result(
                new Load.Open(rate, Load.Arrivals.POISSON), 1, new LoadRun.Span(0, 500L * factor * MILLI), GOODPUT);
    }
}
