package dev.weir.control;

import dev.weir.control.fleet.LocalEngine;
import dev.weir.control.fleet.SupervisionLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        description = "Runs the control plane and an engine beside it.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private static final String LOOPBACK = "127.0.0.1";

    @Mixin
    private final ListenOptions listen = new ListenOptions();

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "A Hugging Face model directory; may be given more than once (default: the demo models).")
    private List<Path> models = new ArrayList<>();

    @Option(
            names = "--engine-port",
            defaultValue = "8100",
            description = "The engine's port, on this machine only (default: ${DEFAULT-VALUE}).")
    private int enginePort;

    @Override
    public Integer call() {
        List<String> arguments = listen.asArguments();
        arguments.add("--weir.engines=http://" + LOOPBACK + ":" + enginePort);
        List<String> command = engineCommand();
        ListenOptions.requireFree(listen.host, listen.port, "--port");
        ListenOptions.requireFree(LOOPBACK, enginePort, "--engine-port");
        LocalEngine engine = new LocalEngine(
                command,
                SupervisionLimits.DEFAULT,
                System::nanoTime,
                line -> System.out.println("engine | " + line),
                line -> System.out.println("weir: " + line));
        return new Service(arguments, engine).run();
    }

    private List<String> engineCommand() {
        Path home = Path.of(System.getProperty("weir.home", "."));
        Path jar = Path.of(System.getProperty(
                "weir.engine.jar",
                home.resolve("engine-java/target/weir-engine.jar").toString()));
        if (!Files.isReadable(jar)) {
            throw new StartFailure("there is no engine at " + jar + ": build it, or start Weir by ./weir, which does");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString(), "engine"));
        for (Path model : models.isEmpty() ? demoModels(home.resolve("models/demo")) : models) {
            command.addAll(List.of("--model", model.toString()));
        }
        command.addAll(List.of("--host", LOOPBACK, "--port", Integer.toString(enginePort), "--exit-when-stdin-closes"));
        return command;
    }

    private static List<Path> demoModels(Path directory) {
        List<Path> found = List.of();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> entries = Files.list(directory)) {
                found = entries.filter(entry -> Files.exists(entry.resolve("config.json")))
                        .sorted()
                        .toList();
            } catch (IOException failure) {
                throw new StartFailure("cannot read " + directory + ": " + failure.getMessage());
            }
        }
        if (found.isEmpty()) {
            throw new StartFailure("there are no models in " + directory + ": name a model directory with --model");
        }
        return found;
    }
}
