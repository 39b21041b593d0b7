package dev.weir.engine.adapters;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The directories within which adapters may be named by path, so that naming paths is no way to look around the disk. */
public record AdapterRoots(List<Path> roots) {

    public AdapterRoots {
        roots = List.copyOf(roots);
    }

    /** Lets nothing in. */
    public static AdapterRoots none() {
        return new AdapterRoots(List.of());
    }

    /**
     * The directory that a path means, wherever its links lead.
     *
     * @throws AdapterException the same for a path that leads out and for one that leads nowhere
     */
    public Path within(String path) {
        if (roots.isEmpty()) {
            throw new AdapterException("no adapter can be loaded by path: the engine was started without --lora-root");
        }
        return real(path)
                .filter(this::isInside)
                .orElseThrow(() -> new AdapterException("is no directory within those that --lora-root names"));
    }

    private boolean isInside(Path real) {
        return roots.stream()
                .anyMatch(root -> real(root.toString()).filter(real::startsWith).isPresent());
    }

    private static Optional<Path> real(String path) {
        try {
            return Optional.of(Path.of(path).toRealPath());
        } catch (IOException | InvalidPathException _) {
            return Optional.empty();
        }
    }
}
