package dev.weir.engine;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The engine's command line. */
@Command(
        name = "weir-engine",
        description = "Serves large language models over an OpenAI-compatible HTTP API.",
        mixinStandardHelpOptions = true,
        subcommands = {EngineCommand.class, DoctorCommand.class, DivergenceCommand.class})
public final class Main {

    private Main() {}

    /** Runs the command; the process ends with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, command, _) -> {
                    command.getErr().println("weir-engine: " + oneLine(failure));
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .setParameterExceptionHandler((failure, _) -> {
                    CommandLine command = failure.getCommandLine();
                    command.getErr().println("weir-engine: " + failure.getMessage());
                    command.getErr().println("try: " + command.getCommandSpec().qualifiedName() + " --help");
                    return CommandLine.ExitCode.USAGE;
                });
    }

    /** Nobody who mistypes a directory should have to read a stack trace. */
    private static String oneLine(Exception failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return message.lines().findFirst().orElse(failure.toString());
    }
}
