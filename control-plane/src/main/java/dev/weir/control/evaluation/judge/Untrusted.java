package dev.weir.control.evaluation.judge;

import java.text.Normalizer;
import java.util.regex.Pattern;

/**
 * Text from outside, made fit to stand between delimiters: nothing in it is invisible, nothing in it looks like a delimiter, and there is a
 * limit to it. What it says is left as it is, for saying it may be just what is to be judged.
 */
final class Untrusted {
    private static final int CHARS_MAX = 20_000;
    /** Zero-width and bidirectional marks, soft hyphens, variation selectors, tags, and controls but for tab and line end. */
    private static final Pattern INVISIBLE = Pattern.compile(
            "[\\u00AD\\u034F\\u061C\\u180B-\\u180F\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F\\uFE00-\\uFE0F\\uFEFF"
                    + "\\x{E0000}-\\x{E0FFF}]|[\\p{Cntrl}&&[^\\t\\n]]");

    private static final Pattern DELIMITER = Pattern.compile("<\\s*(/?)\\s*(data)\\b", Pattern.CASE_INSENSITIVE);

    private Untrusted() {}

    static String neutral(String text) {
        String visible = INVISIBLE
                .matcher(Normalizer.normalize(text, Normalizer.Form.NFKC))
                .replaceAll("");
        String safe = DELIMITER.matcher(visible).replaceAll("($1$2");
        return safe.length() <= CHARS_MAX ? safe : safe.substring(0, CHARS_MAX) + "\n(cut)";
    }
}
