package dev.weir.rollouts;

import dev.weir.rollouts.report.HtmlReport;
import dev.weir.rollouts.report.TextReport;
import dev.weir.rollouts.scenario.Attacked;
import dev.weir.rollouts.scenario.Comparison;
import dev.weir.rollouts.scenario.Harmful;
import dev.weir.rollouts.scenario.Healthy;
import dev.weir.rollouts.scenario.Offline;
import dev.weir.rollouts.scenario.Result;
import dev.weir.rollouts.scenario.Scenario;
import dev.weir.rollouts.scenario.Study;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry point of {@code ./weir bench rollouts}. */
@Command(
        name = "weir bench rollouts",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Plays rollouts, experiments and bandits in virtual time and holds them to their targets.",
        footer = {"", "Exit codes: 0 all targets met; 1 one missed; 2 bad options."})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class Main implements Callable<Integer> {
    private static final int MISSED = 1;
    private static final int SEEDS_MAX = 1_000_000;

    @Option(
            names = "--seeds",
            defaultValue = "2000",
            paramLabel = "N",
            description = "Runs of each scenario (default: 2000).")
    private int seedCount;

    @Option(
            names = "--first-seed",
            defaultValue = "1",
            paramLabel = "N",
            description = "Runs use this seed and those after it.")
    private long firstSeed;

    @Option(
            names = "--threads",
            defaultValue = "2",
            paramLabel = "N",
            description = "Threads (default: 2); they change no result.")
    private int threadCount;

    @Option(names = "--only", split = ",", paramLabel = "B1,B5", description = "Only these scenarios.")
    private List<String> only = List.of();

    @Option(names = "--html", paramLabel = "FILE", description = "Writes a report with plots, too.")
    private Path html;

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    /** Every scenario, in the order of its number. */
    static List<Scenario> scenarios() {
        return Stream.of(
                        Healthy.scenarios(),
                        Harmful.scenarios(),
                        Offline.scenarios(),
                        Attacked.scenarios(),
                        Comparison.scenarios())
                .flatMap(List::stream)
                .sorted(Comparator.comparingInt(
                        scenario -> Integer.parseInt(scenario.id().substring(1))))
                .toList();
    }

    @Override
    public Integer call() throws IOException {
        List<String> known = scenarios().stream().map(Scenario::id).toList();
        if (!known.containsAll(only)) {
            throw new ParameterException(spec.commandLine(), "--only takes some of " + known + ", not " + only);
        }
        if (seedCount < 1 || seedCount > SEEDS_MAX || threadCount < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--seeds takes 1 to " + SEEDS_MAX + ", --threads 1 or more");
        }
        Study study = new Study(seedCount, threadCount, firstSeed);
        PrintWriter out = spec.commandLine().getOut();
        List<Result> results = new ArrayList<>();
        for (Scenario scenario : scenarios()) {
            if (only.isEmpty() || only.contains(scenario.id())) {
                Result result = scenario.play().apply(study);
                results.add(result);
                out.print(TextReport.write(result));
                out.flush();
            }
        }
        out.print(TextReport.summary(results, seedCount));
        out.flush();
        if (html != null) {
            Files.writeString(html, HtmlReport.write(results, seedCount));
        }
        return results.stream().allMatch(Result::met) ? CommandLine.ExitCode.OK : MISSED;
    }
}
