package dev.weir.control;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the control plane. */
@Command(
        name = "weir",
        description = "Weir's control plane: OpenAI's API over engines of your own.",
        mixinStandardHelpOptions = true,
        subcommands = {ServeCommand.class, ControlCommand.class, EvalCommand.class})
public final class Main {
    private Main() {}

    /** Runs the command and exits with its code: 0 where it was stopped in order, 2 where it was started wrongly. */
    public static void main(String[] args) {
        int exitCode = new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, command, _) -> tell(failure, command))
                .execute(args);
        System.exit(exitCode);
    }

    private static int tell(Exception failure, CommandLine command) throws Exception {
        if (failure instanceof StartFailure start) {
            command.getErr().println("weir: " + start.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        throw failure;
    }
}
