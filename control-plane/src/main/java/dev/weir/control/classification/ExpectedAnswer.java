package dev.weir.control.classification;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What form and length of an answer a request asks for, as far as it says. */
enum ExpectedAnswer {
    /** Nothing of the kind. */
    UNSAID("", 0),
    /** A word, a number, yes or no. */
    BRIEF("asks for a word", 0),
    LIST("asks for a list", 0.4),
    TABLE("asks for a table", 1.0),
    /** A text that is written, however long. */
    TEXT("asks for a text", 0.5),
    LONG_TEXT("asks for a long text", 1.0);

    private static final Pattern BRIEF_WORDS = Pattern.compile(
            "\\b(?:(?:one|a single) (?:word|number|letter|line)|yes or no|(?:only|just) the (?:name|number|answer|word|code|time|date))\\b");
    private static final Pattern LIST_WORDS = Pattern.compile(
            "\\b(?:lists? (?:of|all|the|every|each)|bullet|enumerate|name (?:all|every|each|three|four|five|ten))\\b");
    private static final Pattern TABLE_WORDS = Pattern.compile("\\b(?:tables?|columns?|spreadsheet)\\b");
    private static final Pattern TEXT_WORDS =
            Pattern.compile("\\b(?:essay|article|report|story|poem|blog post|speech|chapter|letter to)\\b");
    private static final Pattern LENGTH = Pattern.compile("\\b(\\d{1,6})[ -](word|page|paragraph)");

    private static final int LONG_WORDS = 300;
    private static final int WORDS_PER_PAGE = 400;
    private static final int WORDS_PER_PARAGRAPH = 80;

    /** An answer that may have no more tokens than this is a word or two, whatever the words of the request say. */
    private static final int BRIEF_TOKENS = 16;

    private final String reason;
    private final double weight;

    ExpectedAnswer(String reason, double weight) {
        this.reason = reason;
        this.weight = weight;
    }

    /** In words, behind "it". */
    String reason() {
        return reason;
    }

    /** What it adds to a score. */
    double weight() {
        return weight;
    }

    /**
     * Of the last user message.
     *
     * @param text in small letters
     * @param tokensMax that the answer may have; a large number says nothing, since programs set one for everything that they ask
     */
    static ExpectedAnswer of(String text, int tokensMax) {
        if (tokensMax <= BRIEF_TOKENS || BRIEF_WORDS.matcher(text).find()) {
            return BRIEF;
        }
        if (wordsAskedFor(text) >= LONG_WORDS) {
            return LONG_TEXT;
        }
        if (TABLE_WORDS.matcher(text).find()) {
            return TABLE;
        }
        if (TEXT_WORDS.matcher(text).find()) {
            return TEXT;
        }
        return LIST_WORDS.matcher(text).find() ? LIST : UNSAID;
    }

    private static int wordsAskedFor(String text) {
        int most = 0;
        for (Matcher length = LENGTH.matcher(text); length.find(); ) {
            int each = switch (length.group(2)) {
                case "page" -> WORDS_PER_PAGE;
                case "paragraph" -> WORDS_PER_PARAGRAPH;
                default -> 1;
            };
            most = Math.max(most, Integer.parseInt(length.group(1)) * each);
        }
        return most;
    }
}
