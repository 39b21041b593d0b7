package dev.weir.control.guard;

import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Takes personal data out of a text that comes in pieces. A piece is held back until it is sure that nothing of it is the beginning of
 * something longer: what comes out is, cut where it may, what would come out of the whole text.
 *
 * <p>Of one text, by one thread at a time.
 */
public final class StreamedRedaction {
    /** A longer stretch without a safe place to cut is no text that people read. */
    private static final int HELD_CHARS_MAX = 2048;

    private static final String ENDING_MARKS = ",;:!?";

    private final Set<PersonalKind> kinds;
    private final StringBuilder held = new StringBuilder();
    private final Map<PersonalKind, Integer> counts = new EnumMap<>(PersonalKind.class);

    public StreamedRedaction(Collection<PersonalKind> kinds) {
        this.kinds = kinds.isEmpty() ? EnumSet.noneOf(PersonalKind.class) : EnumSet.copyOf(kinds);
    }

    /** What may be told now, after this piece. */
    public String next(String piece) {
        held.append(piece);
        return release(held.length() > HELD_CHARS_MAX ? held.length() : safeEnd());
    }

    /** What was held back, when nothing more comes. */
    public String rest() {
        return release(held.length());
    }

    /** Of what was told until now. */
    public Map<PersonalKind, Integer> counts() {
        return Map.copyOf(counts);
    }

    private String release(int end) {
        if (end == 0) {
            return "";
        }
        PersonalData.Redacted redacted = PersonalData.redact(held.substring(0, end), kinds);
        redacted.counts().forEach((kind, count) -> counts.merge(kind, count, Integer::sum));
        held.delete(0, end);
        return redacted.text();
    }

    /** Before the last white space that nothing can span; 0 where there is none. */
    private int safeEnd() {
        boolean wordBehindIsPlain = false; // what stands last may go on
        for (int i = held.length() - 1; i > 0; i--) {
            char c = held.charAt(i);
            if (!Character.isWhitespace(c)) {
                continue;
            }
            boolean wordBeforeIsPlain = isPlain(i);
            if (c == '\n'
                    || ENDING_MARKS.indexOf(held.charAt(i - 1)) >= 0
                    || (wordBehindIsPlain && wordBeforeIsPlain)) {
                return i;
            }
            wordBehindIsPlain = wordBeforeIsPlain;
        }
        return 0;
    }

    /** Whether the word that ends there has no digit. */
    private boolean isPlain(int end) {
        for (int i = end - 1; i >= 0 && !Character.isWhitespace(held.charAt(i)); i--) {
            if (Character.isDigit(held.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
