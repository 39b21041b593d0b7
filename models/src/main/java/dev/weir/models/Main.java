package dev.weir.models;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point of {@code ./weir models}. */
@Command(
        name = "weir models",
        mixinStandardHelpOptions = true,
        description = "The demo models: what they are, their tasks, their training and their accuracy.",
        subcommands = {ListCommand.class, GenerateCommand.class, TrainCommand.class, EvaluateCommand.class})
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }
}
