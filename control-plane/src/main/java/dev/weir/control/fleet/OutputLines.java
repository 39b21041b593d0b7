package dev.weir.control.fleet;

import java.io.IOException;
import java.io.Reader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Forwards what an engine prints, line by line, and remembers how it last explained itself. */
final class OutputLines {
    /** How the engine begins the one line that says why it cannot run. */
    private static final String EXPLANATION = "weir engine: ";

    private final Consumer<String> sink;
    private final int lineCharsMax;
    private volatile @Nullable String explanation;

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

    /** The last line in which the engine said why it cannot run, if it did. */
    @Nullable
    String explanation() {
        return explanation;
    }

    private void handOn(StringBuilder line) {
        String text = line.toString();
        line.setLength(0);
        if (text.startsWith(EXPLANATION)) {
            explanation = text;
        }
        sink.accept(text);
    }
}
