package dev.weir.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the engine and the demo models are, and how the engine is started from there.
 *
 * @param java the JVM to start it with, which is our own
 * @param jar the engine; an AOT cache of it, if there is one, lies beside it
 * @param demoModels the directory with the models that are served when none is named
 */
record EngineInstallation(Path java, Path jar, Path demoModels) {

    /** What {@code ./weir} tells by {@code weir.home}; {@code weir.engine.jar} names an engine elsewhere. */
    static EngineInstallation ofThisProcess() {
        Path home = Path.of(System.getProperty("weir.home", "."));
        String jar = System.getProperty(
                "weir.engine.jar",
                home.resolve("engine-java/target/weir-engine.jar").toString());
        return new EngineInstallation(
                Path.of(System.getProperty("java.home"), "bin", "java"), Path.of(jar), home.resolve("models/demo"));
    }

    /** The command that serves the models at the address, and that ends when we do. */
    List<String> command(List<Path> models, String host, int port) {
        if (!Files.isReadable(jar)) {
            throw new StartFailure("there is no engine at " + jar + ": build it, or start Weir by ./weir, which does");
        }
        List<String> command = new ArrayList<>(List.of(java.toString()));
        Path cache = jar.resolveSibling(jar.getFileName().toString().replaceFirst("\\.jar$", ".aot"));
        if (Files.isReadable(cache)) {
            // Halves the time to ready. One that does not fit the jar any more is ignored by the JVM, and need not be
            // told to anyone.
            command.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off"));
        }
        command.addAll(List.of("-jar", jar.toString(), "engine"));
        for (Path model : models.isEmpty() ? findDemoModels() : models) {
            command.addAll(List.of("--model", model.toString()));
        }
        command.addAll(List.of("--host", host, "--port", Integer.toString(port), "--exit-when-stdin-closes"));
        return command;
    }

    private List<Path> findDemoModels() {
        List<Path> found = List.of();
        if (Files.isDirectory(demoModels)) {
            try (Stream<Path> entries = Files.list(demoModels)) {
                found = entries.filter(entry -> Files.exists(entry.resolve("config.json")))
                        .sorted()
                        .toList();
            } catch (IOException failure) {
                throw new StartFailure("cannot read " + demoModels + ": " + failure.getMessage());
            }
        }
        if (found.isEmpty()) {
            throw new StartFailure("there are no models in " + demoModels + ": name a model directory with --model");
        }
        return found;
    }
}
