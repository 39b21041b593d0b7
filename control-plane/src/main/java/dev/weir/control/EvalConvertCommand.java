package dev.weir.control;

import dev.weir.control.evaluation.exchange.Format;
import dev.weir.control.evaluation.exchange.Imported;
import dev.weir.control.evaluation.golden.GoldenSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eval convert}: a golden set from one format to another. */
@Command(
        name = "convert",
        description = "Reads a golden set in any format and writes it in another; what cannot be taken is told.",
        mixinStandardHelpOptions = true)
final class EvalConvertCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "what to read")
    private Path file = Path.of("");

    @Option(names = "--from", description = "jsonl, promptfoo, csv, openai-evals or lm-eval (default: by its looks)")
    private @Nullable String from;

    @Option(names = "--to", defaultValue = "jsonl", description = "jsonl or promptfoo (default ${DEFAULT-VALUE})")
    private String to = "";

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "what to write")
    private Path out = Path.of("");

    @Override
    public Integer call() throws IOException {
        try {
            Imported imported = EvalCommand.read(file, Optional.ofNullable(from).map(Format::of));
            GoldenSet set = GoldenSet.of(imported.cases());
            Files.writeString(out, Format.of(to).write(set));
            System.out.printf("%d cases, version %s%n", set.cases().size(), set.hash());
            return 0;
        } catch (IllegalArgumentException refused) {
            throw new StartFailure(String.valueOf(refused.getMessage()));
        }
    }
}
