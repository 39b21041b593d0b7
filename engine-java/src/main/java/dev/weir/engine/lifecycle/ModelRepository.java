package dev.weir.engine.lifecycle;

import dev.weir.engine.model.gguf.GgufModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Where models may come from: the sub-directories and GGUF files of one directory, by their names, and paths within some roots. Nothing
 * else on the disk can be named, whatever a caller writes.
 */
public final class ModelRepository {

    /** Entries of the repository's directory that are looked at. */
    public static final int ENTRIES_MAX = 1_000;

    private static final String GGUF = ".gguf";

    private final Optional<Path> directory;
    private final List<Path> roots;

    /**
     * A repository.
     *
     * @param directory whose entries are models; itself a root
     * @param roots within which a load may name a path
     */
    public ModelRepository(Optional<Path> directory, List<Path> roots) {
        this.directory = directory;
        this.roots = Stream.concat(directory.stream(), roots.stream()).toList();
        this.roots.forEach(ModelRepository::requireDirectory);
    }

    /** Serves no directory and allows no path. */
    public static ModelRepository none() {
        return new ModelRepository(Optional.empty(), List.of());
    }

    private static void requireDirectory(Path path) {
        if (!Files.isDirectory(path)) {
            throw new IllegalArgumentException(path + " is no directory, so no models can come from it");
        }
    }

    /** The models of the repository's directory, as it is now. */
    public SequencedMap<String, Path> models() {
        TreeMap<String, Path> models = new TreeMap<>();
        if (directory.isPresent()) {
            try (Stream<Path> entries = Files.list(directory.get())) {
                entries.limit(ENTRIES_MAX)
                        .filter(ModelRepository::isModel)
                        .forEach(path -> models.merge(GgufModel.nameOf(path), path, ModelRepository::first));
            } catch (IOException e) {
                throw new UncheckedIOException("the model repository " + directory.get() + " cannot be read", e);
            }
        }
        return models;
    }

    /** Of the numbered files of one model, the one by which it is opened. */
    private static Path first(Path one, Path other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static boolean isModel(Path path) {
        if (path.getFileName().toString().startsWith(".")) {
            return false;
        }
        return Files.isDirectory(path) ? holdsModel(path) : path.toString().endsWith(GGUF);
    }

    private static boolean holdsModel(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.limit(ENTRIES_MAX)
                    .map(entry -> entry.getFileName().toString())
                    .anyMatch(file -> file.equals("config.json") || file.endsWith(GGUF));
        } catch (IOException _) {
            return false; // a directory that we may not read holds no model for us
        }
    }

    /**
     * A path that a caller named, with links and dots resolved.
     *
     * @throws ModelLoadException where it lies within no root; the same, whether or not there is something there
     */
    public Path allowed(Path asked) {
        for (Path root : roots) {
            try {
                Path realRoot = root.toRealPath();
                Path real = realRoot.resolve(asked).toRealPath();
                if (real.startsWith(realRoot) && !real.equals(realRoot)) {
                    return real;
                }
            } catch (IOException _) {
                // not there, or not for us to read: the next root may have it
            }
        }
        throw new ModelLoadException(
                Outcome.Reason.PATH_NOT_ALLOWED,
                roots.isEmpty()
                        ? "this engine loads no models by path: start it with --model-repository or --model-root"
                        : "no model can be loaded from " + asked + ": it is not in a directory given with"
                                + " --model-repository or --model-root");
    }
}
