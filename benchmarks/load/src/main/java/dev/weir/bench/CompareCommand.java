package dev.weir.bench;

import dev.weir.bench.compare.Comparison;
import dev.weir.bench.compare.ResultFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench compare}: one result beside another. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = "Compares two results of bench serve --json that did the same work.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CompareCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "BASE.json", description = "What is compared with.")
    private Path base;

    @Parameters(index = "1", paramLabel = "OTHER.json", description = "What is compared.")
    private Path other;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "Of the bootstrap (default: 1).")
    private long seed;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().print(new Comparison(ResultFile.read(base), ResultFile.read(other), seed).text());
        spec.commandLine().getOut().flush();
        return Main.MEASURED;
    }
}
