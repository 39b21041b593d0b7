package dev.weir.engine.tokenization;

import java.util.HashSet;
import java.util.Set;

/**
 * How a vocabulary's special tokens are spelled, and who spelled one in a text: the chat template, which may, or a caller, who may not.
 *
 * <p>Callers' texts are marked before they go into a template, by characters that Unicode keeps out of all text. A template may trim,
 * split or join them; what it spells itself has no mark before it and none inside.
 */
final class SpecialSpellings {

    /** Before a special token: that a caller spells, in a disarmed text; that is to become one, in a text ready for encoding. */
    static final char MARK = '\uFDD0';

    /** Where a caller's text begins or ends with part of a spelling, whose other part may come to stand beside it. */
    private static final char SEAM = '\uFDD1';

    private static final char REPLACEMENT = '\uFFFD';

    private final Set<String> spellings;
    private final Set<Character> firstCharacters = new HashSet<>();
    private final Set<String> beginnings = new HashSet<>();
    private final Set<String> ends = new HashSet<>();
    private final int charsMax;

    SpecialSpellings(Set<String> spellings) {
        this.spellings = Set.copyOf(spellings);
        for (String spelling : this.spellings) {
            firstCharacters.add(spelling.charAt(0));
            for (int i = 1; i < spelling.length(); i++) {
                beginnings.add(spelling.substring(0, i));
                ends.add(spelling.substring(i));
            }
        }
        this.charsMax = this.spellings.stream().mapToInt(String::length).max().orElse(0);
    }

    /** A caller's text with its marks; nearly always there is nothing to mark. */
    String disarmed(String text) {
        String trimmed = text.strip();
        int begin = text.length() - text.stripLeading().length();
        int end = begin + trimmed.length();
        boolean seamBefore = beginsWithAnEnd(trimmed);
        boolean seamAfter = endsWithABeginning(trimmed);
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i <= text.length(); i++) {
            if ((seamBefore && i == begin) || (seamAfter && i == end)) {
                out.append(SEAM);
            }
            if (i < text.length()) {
                if (charsAt(text, i) > 0) {
                    out.append(MARK);
                }
                out.append(isMark(text.charAt(i)) ? REPLACEMENT : text.charAt(i));
            }
        }
        return out.toString();
    }

    private boolean beginsWithAnEnd(String text) {
        for (int length = Math.min(charsMax, text.length()); length > 0; length--) {
            if (ends.contains(text.substring(0, length))) {
                return true;
            }
        }
        return false;
    }

    private boolean endsWithABeginning(String text) {
        for (int length = Math.min(charsMax, text.length()); length > 0; length--) {
            if (beginnings.contains(text.substring(text.length() - length))) {
                return true;
            }
        }
        return false;
    }

    /** A text that disarmed ones went into, with a mark before each special token that was not a caller's, and no other. */
    String armed(String disarmed) {
        StringBuilder out = new StringBuilder(disarmed.length());
        boolean callers = false;
        for (int i = 0; i < disarmed.length(); ) {
            char c = disarmed.charAt(i);
            int chars = callers || isMark(c) ? 0 : charsAt(disarmed, i);
            callers = c == MARK;
            if (chars > 0) {
                out.append(MARK);
            }
            int next = i + Math.max(1, chars);
            if (!isMark(c)) {
                out.append(disarmed, i, next);
            }
            i = next;
        }
        return out.toString();
    }

    /** A disarmed text as whoever reads it sees it. */
    static String withoutMarks(String disarmed) {
        if (disarmed.chars().noneMatch(c -> isMark((char) c))) {
            return disarmed;
        }
        return disarmed.replace(Character.toString(MARK), "").replace(Character.toString(SEAM), "");
    }

    private static boolean isMark(char c) {
        return c == MARK || c == SEAM;
    }

    /** How long the longest special token is that is spelled from here on; 0 where none is. */
    private int charsAt(String text, int begin) {
        if (!firstCharacters.contains(text.charAt(begin))) {
            return 0;
        }
        int longest = 0;
        for (int end = begin + 1; end <= text.length(); end++) {
            String piece = text.substring(begin, end);
            if (spellings.contains(piece)) {
                longest = end - begin;
            }
            if (!beginnings.contains(piece)) {
                break;
            }
        }
        return longest;
    }
}
