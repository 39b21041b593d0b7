package dev.weir.control;

import dev.weir.control.evaluation.exchange.Attachments;
import dev.weir.control.evaluation.exchange.Format;
import dev.weir.control.evaluation.exchange.Imported;
import dev.weir.control.evaluation.golden.GoldenSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code eval}: golden sets, runs over them and gates, without a control plane. */
@Command(
        name = "eval",
        description =
                "Asks any OpenAI-compatible server the cases of a golden set, grades the answers, and compares runs.",
        mixinStandardHelpOptions = true,
        subcommands = {EvalRunCommand.class, EvalGateCommand.class, EvalConvertCommand.class, EvalJudgeCommand.class})
final class EvalCommand {
    /** What ships with Weir. */
    static final String DEMO_SET = "${sys:weir.home:-.}/models/demo/evaluation.jsonl";

    private EvalCommand() {}

    /** A golden set from a file, whose format its name and its words tell unless it is said. */
    static Imported read(Path file, Optional<Format> format) {
        try {
            String text = Files.readString(file);
            Path directory = file.toAbsolutePath().normalize().resolveSibling("");
            Imported imported =
                    format.orElseGet(() -> Format.guess(file.toString(), text)).read(text, beside(directory));
            imported.unsupported().forEach(left -> System.err.println("weir eval: left out: " + left));
            return imported;
        } catch (IOException failure) {
            throw new StartFailure("cannot read " + file + ": " + failure);
        } catch (IllegalArgumentException refused) {
            throw new StartFailure(file + ": " + refused.getMessage());
        }
    }

    static GoldenSet set(Path file) {
        try {
            return GoldenSet.of(read(file, Optional.empty()).cases());
        } catch (IllegalArgumentException refused) {
            throw new StartFailure(file + ": " + refused.getMessage());
        }
    }

    /** Files in the directory and below it; nothing beyond. */
    private static Attachments beside(Path directory) {
        return path -> {
            Path file = directory.resolve(path).normalize();
            try {
                return file.startsWith(directory) && Files.isRegularFile(file)
                        ? Optional.of(Files.readString(file))
                        : Optional.empty();
            } catch (IOException _) {
                return Optional.empty();
            }
        };
    }
}
