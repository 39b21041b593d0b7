package dev.weir.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code list}: the catalogue. */
@Command(name = "list", description = "Say which demo models there are.")
final class ListCommand implements Callable<Integer> {
    private static final double BYTES_PER_MEGABYTE = 1e6;

    @Option(
            names = "--dir",
            defaultValue = "${sys:weir.home:-.}/models/demo",
            description = "where the models lie (default ${DEFAULT-VALUE})")
    private Path directory = Path.of("");

    @Override
    public Integer call() throws IOException {
        System.out.printf("%-18s %11s %8s  %s%n", "model", "parameters", "weights", "what it is");
        for (DemoModel model : DemoModel.values()) {
            Path weights = directory.resolve(model.modelName()).resolve("model.safetensors");
            String size = Files.exists(weights)
                    ? String.format(Locale.ROOT, "%.1f MB", Files.size(weights) / BYTES_PER_MEGABYTE)
                    : "none";
            System.out.printf(
                    Locale.ROOT,
                    "%-18s %,11d %8s  %s%n",
                    model.modelName(),
                    model.shape(TrainCommand.VOCABULARY_SIZE).parameters(),
                    size,
                    model.purpose());
        }
        return 0;
    }
}
