package dev.weir.bench.engine;

import dev.weir.engine.execution.ExecutionException;
import dev.weir.engine.ffi.NativeException;
import dev.weir.engine.ffi.NativeLibraryException;
import dev.weir.engine.model.ModelFormatException;
import java.util.List;
import picocli.CommandLine;

/** The entry point of {@code ./weir bench engine}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine(List.of(arguments)).execute(arguments));
    }

    /** @param arguments as they were typed, for the report */
    static CommandLine commandLine(List<String> arguments) {
        String command = "./weir bench engine " + String.join(" ", arguments);
        return new CommandLine(new EngineCommand(command))
                .setExecutionExceptionHandler((failure, line, _) -> {
                    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
                    line.getErr().println("weir bench engine: " + message);
                    return switch (failure) {
                        case IllegalArgumentException _ -> CommandLine.ExitCode.USAGE;
                        case ModelFormatException _,
                                NativeException _,
                                NativeLibraryException _,
                                ExecutionException _ -> 1;
                        default -> throw failure;
                    };
                })
                .setParameterExceptionHandler((failure, _) -> {
                    CommandLine line = failure.getCommandLine();
                    line.getErr().println("weir bench engine: " + failure.getMessage());
                    line.getErr().println("try: ./weir bench engine --help");
                    return CommandLine.ExitCode.USAGE;
                });
    }
}
