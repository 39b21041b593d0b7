package dev.weir.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that an option asks for. */
final class OutputFile {
    private OutputFile() {}

    /** Writes it, with the folders that it lies in, and says so; does nothing where none is asked for. */
    static void write(@Nullable Path file, String text, PrintWriter out) {
        if (file == null) {
            return;
        }
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(file, text);
            out.println("written: " + file);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e, e);
        }
    }
}
