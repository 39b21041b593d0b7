package dev.weir.control;

import dev.weir.control.evaluation.gate.GateReport;
import dev.weir.control.evaluation.run.AttemptFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code eval gate}: the verdict on runs that there are. */
@Command(
        name = "gate",
        description = "Compares two runs over the same golden set. Exits with 1 where the candidate does not pass.",
        mixinStandardHelpOptions = true)
final class EvalGateCommand implements Callable<Integer> {
    @Option(names = "--set", paramLabel = "FILE", required = true, description = "the golden set of both runs")
    private Path set = Path.of("");

    @Option(names = "--candidate", paramLabel = "FILE", required = true, description = "the run that is judged")
    private Path candidate = Path.of("");

    @Option(names = "--baseline", paramLabel = "FILE", description = "the run that it has to be as good as")
    private @Nullable Path baseline;

    @Mixin
    private final GateOptions gate = new GateOptions();

    @Override
    public Integer call() throws IOException {
        try {
            GateReport report = gate.judge(
                    EvalCommand.set(set),
                    AttemptFile.read(candidate),
                    baseline == null ? null : AttemptFile.read(baseline));
            gate.write(report);
            return report.isPassed() ? 0 : 1;
        } catch (IllegalArgumentException refused) {
            throw new StartFailure(String.valueOf(refused.getMessage()));
        }
    }
}
