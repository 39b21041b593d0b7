package dev.weir.engine.sampling;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds stop strings in text that arrives in pieces, however the pieces fall. Text that could be the beginning of a stop string is held
 * back until it is clear that it is none, so nothing of a stop string is ever shown.
 *
 * <p>The answer ends where the first stop string becomes complete; of several that do so with the same character, the longest counts.
 * Each is followed by its own Knuth-Morris-Pratt automaton, so a character costs the same however long the stop strings are.
 */
public final class StopStrings {

    private final List<String> stopStrings;
    private final int[][] fallbacks;

    /** Of each stop string: how many of its characters the text ends with. */
    private final int[] matched;

    private final StringBuilder held = new StringBuilder();
    private @Nullable String met;

    public StopStrings(List<String> stopStrings) {
        this.stopStrings = List.copyOf(stopStrings);
        fallbacks = this.stopStrings.stream().map(StopStrings::fallbacks).toArray(int[][]::new);
        matched = new int[fallbacks.length];
    }

    /** Adds a piece and returns what has become certain: everything before the stop string, once there is one. */
    public String append(String piece) {
        if (met != null) {
            throw new IllegalStateException("the text has ended");
        }
        if (fallbacks.length == 0) {
            return piece;
        }
        for (int index = 0; index < piece.length(); index++) {
            held.append(piece.charAt(index));
            met = advance(piece.charAt(index));
            if (met != null) {
                return release(met.length());
            }
        }
        int longest = 0;
        for (int length : matched) {
            longest = Math.max(longest, length);
        }
        return release(longest);
    }

    /** What was held back, now that nothing follows: it was no stop string after all. Empty once one was met. */
    public String flush() {
        return met == null ? release(0) : "";
    }

    /** The stop string that ended the text, if one did. */
    public @Nullable String met() {
        return met;
    }

    private @Nullable String advance(char character) {
        String complete = null;
        for (int index = 0; index < matched.length; index++) {
            String stopString = stopStrings.get(index);
            int length = matched[index];
            while (length > 0 && stopString.charAt(length) != character) {
                length = fallbacks[index][length];
            }
            if (stopString.charAt(length) == character) {
                length++;
            }
            matched[index] = length;
            if (length == stopString.length() && (complete == null || length > complete.length())) {
                complete = stopString;
            }
        }
        return complete;
    }

    /** Everything held but the last {@code keepCount} characters. */
    private String release(int keepCount) {
        int certain = held.length() - keepCount;
        String text = held.substring(0, certain);
        held.delete(0, certain);
        return text;
    }

    /** Of each length: the longest shorter prefix of the pattern that is a suffix of its first {@code length} characters. */
    private static int[] fallbacks(String pattern) {
        int[] fallback = new int[pattern.length()];
        for (int end = 1, length = 0; end + 1 < pattern.length(); end++) {
            while (length > 0 && pattern.charAt(length) != pattern.charAt(end)) {
                length = fallback[length];
            }
            if (pattern.charAt(length) == pattern.charAt(end)) {
                length++;
            }
            fallback[end + 1] = length;
        }
        return fallback;
    }
}
