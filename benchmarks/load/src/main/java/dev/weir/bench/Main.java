package dev.weir.bench;

import dev.weir.bench.measure.RunResult;
import dev.weir.bench.server.UnreachableException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point of {@code ./weir bench}. */
@Command(
        name = "weir bench",
        description = "Measures how fast models are served.",
        mixinStandardHelpOptions = true,
        subcommands = {ServeCommand.class, CompareCommand.class, PeersCommand.class, GatewayCommand.class},
        footer = {"", "And ./weir bench engine: steps of a model in one process, without a server."})
public final class Main {
    /** Everything was measured. */
    static final int MEASURED = 0;

    /** Nothing could be measured: the server is not there, or answered nothing. */
    static final int NOT_MEASURED = 1;

    /** It was measured, and some requests failed. */
    static final int SOME_FAILED = 3;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine(List.of(arguments)).execute(arguments));
    }

    /** @param arguments as they were typed, for the report */
    static CommandLine commandLine(List<String> arguments) {
        CommandLine line = new CommandLine(new Main(), new CommandLine.IFactory() {
            @Override
            public <K> K create(Class<K> type) throws Exception {
                String command = "./weir bench " + String.join(" ", arguments);
                if (type == ServeCommand.class) {
                    return type.cast(new ServeCommand(command));
                }
                if (type == PeersCommand.class) {
                    return type.cast(new PeersCommand(command));
                }
                return CommandLine.defaultFactory().create(type);
            }
        });
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, _) -> failed(failure, command.getErr()))
                .setParameterExceptionHandler((failure, _) -> {
                    CommandLine command = failure.getCommandLine();
                    command.getErr().println("weir bench: " + failure.getMessage());
                    command.getErr().println("try: " + command.getCommandSpec().qualifiedName() + " --help");
                    return CommandLine.ExitCode.USAGE;
                });
    }

    /** Of a measurement that is reported. */
    static int exitCode(List<RunResult> runs) {
        if (runs.stream().allMatch(run -> run.completed() == 0)) {
            throw new UnreachableException("no request was answered");
        }
        return runs.stream().anyMatch(run -> run.failed() > 0) ? SOME_FAILED : MEASURED;
    }

    private static int failed(Exception failure, PrintWriter err) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        err.println("weir bench: " + message);
        return switch (failure) {
            case UnreachableException _ -> NOT_MEASURED;
            case IllegalArgumentException _ -> CommandLine.ExitCode.USAGE;
            default -> CommandLine.ExitCode.SOFTWARE;
        };
    }
}
