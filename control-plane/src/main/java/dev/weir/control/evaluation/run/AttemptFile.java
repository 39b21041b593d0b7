package dev.weir.control.evaluation.run;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A run as a file: its settings in the first line, an attempt in each other one, written at once. A last line that was cut off is taken off
 * again; its case is asked once more.
 */
public final class AttemptFile implements AttemptKeeper, AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final RunResults before;
    private final BufferedWriter writer;

    private AttemptFile(RunResults before, BufferedWriter writer) {
        this.before = before;
        this.writer = writer;
    }

    /**
     * Goes on with the run in the file, or begins it.
     *
     * @throws IllegalArgumentException if the file has another run
     */
    public static AttemptFile open(Path file, RunSettings settings) throws IOException {
        List<Attempt> attempts = List.of();
        if (Files.exists(file) && Files.size(file) > 0) {
            RunResults found = read(file);
            if (!found.settings().isContinuedBy(settings)) {
                throw new IllegalArgumentException(
                        file + " has another run (" + found.settings().model() + ", golden set "
                                + found.settings().goldenHash() + "): give this one another file");
            }
            attempts = found.attempts();
            settings = found.settings();
        }
        rewrite(file, settings, attempts);
        BufferedWriter writer = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
        return new AttemptFile(new RunResults(settings, attempts), writer);
    }

    /** Beside the file first: a crash leaves either all of it as it was, or all of it mended. */
    private static void rewrite(Path file, RunSettings settings, List<Attempt> attempts) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(JSON.writeValueAsString(settings));
        attempts.forEach(attempt -> lines.add(JSON.writeValueAsString(attempt)));
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        Files.write(beside, lines);
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What is in the file. */
    public static RunResults read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        try {
            RunSettings settings = JSON.readValue(lines.isEmpty() ? "" : lines.getFirst(), RunSettings.class);
            List<Attempt> attempts = new ArrayList<>();
            for (int i = 1; i < lines.size(); i++) {
                try {
                    attempts.add(JSON.readValue(lines.get(i), Attempt.class));
                } catch (JacksonException cutOff) {
                    if (i < lines.size() - 1) {
                        throw cutOff;
                    }
                }
            }
            return new RunResults(settings, attempts);
        } catch (JacksonException malformed) {
            throw new IOException(file + " has no run: " + malformed.getOriginalMessage());
        }
    }

    public RunSettings settings() {
        return before.settings();
    }

    @Override
    public Set<Attempt.Key> done() {
        return before.attempts().stream().map(Attempt::key).collect(Collectors.toSet());
    }

    @Override
    public void keep(Attempt attempt) {
        line(attempt);
    }

    private synchronized void line(Object value) {
        try {
            writer.write(JSON.writeValueAsString(value));
            writer.newLine();
            writer.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        writer.close();
    }
}
