package dev.weir.models;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point of {@code ./weir models}. */
@Command(
        name = "weir models",
        mixinStandardHelpOptions = true,
        description =
                "The demo models: what they are, their tasks, their training and their accuracy; and models to measure with.",
        subcommands = {
            ListCommand.class,
            GenerateCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            TrainEncoderCommand.class,
            TrainRouterCommand.class,
            SynthCommand.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((failure, _) -> {
                    CommandLine command = failure.getCommandLine();
                    command.getErr().println("weir models: " + failure.getMessage());
                    command.getErr().println("try: " + command.getCommandSpec().qualifiedName() + " --help");
                    return CommandLine.ExitCode.USAGE;
                });
    }
}
