package dev.weir.control.classification;

import java.util.regex.Pattern;

/**
 * Counts the blocks of context that a message brings along: fenced code, quotations, passages that are marked as such, and records, which are
 * lines that follow each other and are each a key with its value, an entry of a list or a row of a table.
 */
final class ContextBlocks {
    private static final String FENCE = "```";

    /** As programs that look passages up put them before a question: a tag, a number in brackets, a word with a colon. */
    private static final Pattern MARK = Pattern.compile(
            "<(?:doc|context|passage|source|excerpt|chunk)[^>]*>.*|\\[\\d{1,3}] .+"
                    + "|(?:document|context|passage|source|excerpt)(?: \\d{1,3})?:.*",
            Pattern.CASE_INSENSITIVE);

    private static final int RECORD_LINES_MIN = 2;

    /** Of a record in one line. */
    private static final int RECORD_PAIRS_MIN = 3;

    private static final int KEY_CHARS_MAX = 32;

    private int count;
    private int recordLines;
    private boolean fenced;
    private boolean quoted;
    private boolean marked;

    private ContextBlocks() {}

    /**
     * Of a text.
     *
     * @param records whether they count: instructions to a model are often lists, too
     */
    static int count(String text, boolean records) {
        ContextBlocks blocks = new ContextBlocks();
        text.lines().forEach(line -> blocks.take(line.strip(), records));
        return blocks.count;
    }

    private void take(String line, boolean records) {
        if (line.startsWith(FENCE)) {
            begin(!fenced);
            fenced = !fenced;
        } else if (fenced) {
            return;
        } else if (line.startsWith(">")) {
            begin(!quoted);
            quoted = true;
        } else if (MARK.matcher(line).matches()) {
            begin(true);
            marked = true;
        } else if (line.isEmpty()) {
            endRun();
        } else {
            quoted = false;
            takeRecord(line, records);
        }
    }

    /** What stands below a mark is what was marked. */
    private void takeRecord(String line, boolean records) {
        if (!records || marked) {
            return;
        }
        int pairs = pairs(line);
        if (pairs >= RECORD_PAIRS_MIN) {
            begin(true);
        } else if (pairs > 0 || isEntry(line)) {
            recordLines++;
            count += recordLines == RECORD_LINES_MIN ? 1 : 0;
        } else {
            recordLines = 0;
        }
    }

    private void begin(boolean another) {
        count += another ? 1 : 0;
        endRun();
    }

    private void endRun() {
        recordLines = 0;
        quoted = false;
        marked = false;
    }

    private static boolean isEntry(String line) {
        return line.startsWith("- ") || line.startsWith("* ") || line.startsWith("|");
    }

    /** Keys with a value, where the line begins with one. */
    private static int pairs(String line) {
        int first = line.indexOf(": ");
        if (first <= 0 || first > KEY_CHARS_MAX) {
            return 0;
        }
        int pairs = 0;
        for (int at = first; at >= 0; at = line.indexOf(": ", at + 1)) {
            pairs++;
        }
        return pairs;
    }
}
