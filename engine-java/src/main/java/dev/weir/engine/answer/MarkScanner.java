package dev.weir.engine.answer;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Lets text through until a mark is complete. What may yet become a mark is held back, and so is white space, for before a mark it is only
 * layout.
 */
final class MarkScanner {

    /** More white space than this is no layout. */
    private static final int WHITE_SPACE_CHARS_MAX = 1024;

    private final StringBuilder held = new StringBuilder();
    private String blanksBeforeMark = "";

    /**
     * Reads a character.
     *
     * @param marks that would end the text here; without white space, and none the beginning of another
     * @param certain gets the text that is now known to be before any mark
     * @return the mark that is complete, if one is
     */
    @Nullable
    String read(char character, Collection<String> marks, StringBuilder certain) {
        held.append(character);
        while (!held.isEmpty()) {
            int blanks = leadingBlanks();
            if (blanks == held.length()) {
                release(Math.max(0, blanks - WHITE_SPACE_CHARS_MAX), certain);
                return null;
            }
            String begun = held.substring(blanks);
            boolean mayBecomeMark = false;
            for (String mark : marks) {
                if (mark.equals(begun)) {
                    blanksBeforeMark = held.substring(0, blanks);
                    held.setLength(0);
                    return mark;
                }
                mayBecomeMark |= mark.startsWith(begun);
            }
            if (mayBecomeMark) {
                return null;
            }
            release(blanks + 1, certain);
        }
        return null;
    }

    /** The white space before the mark that was found last; nobody was told of it. */
    String blanksBeforeMark() {
        return blanksBeforeMark;
    }

    private int leadingBlanks() {
        int blanks = 0;
        while (blanks < held.length() && Character.isWhitespace(held.charAt(blanks))) {
            blanks++;
        }
        return blanks;
    }

    private void release(int count, StringBuilder certain) {
        certain.append(held, 0, count);
        held.delete(0, count);
    }

    boolean holdsText() {
        return !held.isEmpty();
    }

    /** What was held back, now that nothing follows. */
    String flush() {
        String rest = held.toString();
        held.setLength(0);
        return rest;
    }
}
