package dev.weir.engine.tokenization;

import java.nio.file.Path;

/** A {@code tokenizer.json} that cannot be used. The message is one line: the file, what is wrong with it, and what to do. */
public final class TokenizerFormatException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;
    private static final int MESSAGE_CHARS_MAX = 1_000;

    /** {@code problem} names the thing and the remedy; control characters in it, which a hostile file may hold, are blanked. */
    public TokenizerFormatException(Path file, String problem) {
        super(oneLine(file + ": " + problem));
    }

    /** As above, keeping what was caught for the log. */
    public TokenizerFormatException(Path file, String problem, Throwable cause) {
        super(oneLine(file + ": " + problem), cause);
    }

    private static String oneLine(String text) {
        String clipped = text.length() <= MESSAGE_CHARS_MAX ? text : text.substring(0, MESSAGE_CHARS_MAX) + "...";
        StringBuilder line = new StringBuilder(clipped.length());
        clipped.chars().forEach(c -> line.append(Character.isISOControl(c) ? ' ' : (char) c));
        return line.toString();
    }
}
