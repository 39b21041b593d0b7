package dev.weir.engine;

import dev.weir.engine.EngineConfig.AdapterSettings;
import dev.weir.engine.EngineConfig.AdapterSource;
import dev.weir.engine.adapters.AdapterRoots;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options about adapters. */
final class AdapterOptions {

    @Option(
            names = "--lora",
            paramLabel = "NAME[@MODEL]=DIR",
            description =
                    "An adapter to start with, served as a model of that name; repeatable. MODEL is the one that it"
                            + " belongs to, where there are several.")
    private Map<String, Path> directories = new LinkedHashMap<>();

    @Option(
            names = "--lora-root",
            paramLabel = "DIR",
            description = "A directory within which adapters may be loaded by path while the engine runs; repeatable.")
    private List<Path> roots = new ArrayList<>();

    /** What the options say together. */
    AdapterSettings settings() {
        return new AdapterSettings(sources(), new AdapterRoots(roots));
    }

    private List<AdapterSource> sources() {
        return directories.entrySet().stream()
                .map(entry -> {
                    String name = entry.getKey();
                    int at = name.lastIndexOf('@');
                    Optional<String> model = at < 0 ? Optional.empty() : Optional.of(name.substring(at + 1));
                    return new AdapterSource(at < 0 ? name : name.substring(0, at), model, entry.getValue());
                })
                .toList();
    }
}
