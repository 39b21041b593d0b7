package dev.weir.control.classification;

/**
 * Counts what a text names: words with a digit in them (numbers, times, dates, amounts, codes), and names, which are words with a capital
 * where a sentence would give them none. Words of one name that follow each other are one.
 */
final class Entities {
    private Entities() {}

    static int count(String text) {
        int count = 0;
        boolean inName = false;
        boolean sentenceBegins = true;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c)) {
                if (c == '\n') {
                    sentenceBegins = true;
                    inName = false;
                }
                at++;
                continue;
            }
            int end = endOfWord(text, at);
            boolean numbered = hasDigit(text, at, end);
            boolean name = !numbered && !sentenceBegins && isCapitalised(text, at, end);
            count += numbered || (name && !inName) ? 1 : 0;
            char last = text.charAt(end - 1);
            sentenceBegins = last == '.' || last == '!' || last == '?';
            inName = name && Character.isLetter(last);
            at = end;
        }
        return count;
    }

    private static int endOfWord(String text, int begin) {
        int end = begin;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean hasDigit(String text, int begin, int end) {
        for (int i = begin; i < end; i++) {
            if (Character.isDigit(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** Behind brackets and quotation marks; one letter alone is "I" more often than a name. */
    private static boolean isCapitalised(String text, int begin, int end) {
        int first = begin;
        while (first < end && !Character.isLetter(text.charAt(first))) {
            first++;
        }
        return first + 1 < end
                && Character.isUpperCase(text.charAt(first))
                && Character.isLetter(text.charAt(first + 1));
    }
}
