package dev.weir.control.fleet;

import java.io.IOException;
import java.io.Reader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Forwards what an engine prints, line by line, and remembers the last of it, which says why an engine that gives up does so. */
final class OutputLines {
    private final Consumer<String> sink;
    private final int lineCharsMax;
    private @Nullable String lastWords;

    OutputLines(Consumer<String> sink, int lineCharsMax) {
        this.sink = sink;
        this.lineCharsMax = lineCharsMax;
    }

    /** Reads until the process closes its end. A line longer than the limit is handed on in parts. */
    void forward(Reader output) {
        StringBuilder line = new StringBuilder();
        try (output) {
            for (int c = output.read(); c >= 0; c = output.read()) {
                if (c != '\n') {
                    line.append((char) c);
                }
                if (c == '\n' || line.length() == lineCharsMax) {
                    handOn(line);
                }
            }
        } catch (IOException _) {
            // The process was killed while it wrote; what came before is all there is.
        }
        if (!line.isEmpty()) {
            handOn(line);
        }
    }

    /** The last line that says something, if there was any. To be asked by the thread that forwarded. */
    @Nullable
    String lastWords() {
        return lastWords;
    }

    private void handOn(StringBuilder line) {
        String text = line.toString();
        line.setLength(0);
        if (!text.isBlank()) {
            lastWords = text;
        }
        sink.accept(text);
    }
}
