package dev.weir.control.classification;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of an answer agrees with itself and with what was asked, as far as that can be seen without understanding either: sums, numbers and names
 * that come from nowhere, and what stands side by side here and in one line there. Numbers and words with a capital letter are its items.
 *
 * @param equations in it
 * @param wrongEquations that do not hold
 * @param strayNumbers that are neither in the question nor the result of an equation
 * @param strayNames that are not in the question: words with a capital letter within a sentence
 * @param matches items side by side, one of them a name, that a line of the question has both
 * @param mismatches the same where the question has both, and no line does
 * @param afterthoughts items of the last sentence that are nowhere before it
 * @param repeats items of the last sentence that it has said already
 */
record AnswerSigns(
        int equations,
        int wrongEquations,
        int strayNumbers,
        int strayNames,
        int matches,
        int mismatches,
        int afterthoughts,
        int repeats) {
    /** Of a long answer its beginning is read. */
    private static final int TEXT_CHARS_MAX = 8192;

    /** So many of the question's lines, and so many of whatever is found in an answer, which is compared with each of them. */
    private static final int LINES_MAX = 512;

    private static final int FOUND_MAX = 256;

    private static final String A_NUMBER = "\\d{1,12}(?::\\d{1,12})?";
    private static final Pattern NUMBER = Pattern.compile(A_NUMBER);
    private static final Pattern DIGITS = Pattern.compile("\\d{1,12}");
    private static final Pattern EQUATION =
            Pattern.compile("(\\d{1,12})\\s?([x*+/-])\\s?(\\d{1,12})\\s?=\\s?(\\d{1,12})");
    private static final Pattern NAME = Pattern.compile("(?<=[^.;:\\n]\\s)\\p{Lu}\\p{Ll}{2,40}");
    private static final Pattern ITEM = Pattern.compile("\\p{Lu}\\p{Ll}{2,40}|" + A_NUMBER);

    /** Between items that belong together: space, a word, or the next key of JSON. */
    private static final Pattern BETWEEN =
            Pattern.compile("[:\\s]{1,3}|\\s\\p{Ll}{1,20}\\s|\"\\s?,\\s?\"\\p{Ll}{1,20}\"\\s?:\\s?\"?");

    private static final Pattern WORD = Pattern.compile("\\p{L}{1,40}|" + A_NUMBER);
    private static final Pattern LINE = Pattern.compile("[;\\n]");
    private static final String SENTENCE_END = ". ";

    /**
     * The signs of an answer.
     *
     * @param question in small letters
     */
    static AnswerSigns of(String question, String answer) {
        String text = answer.substring(0, Math.min(answer.length(), TEXT_CHARS_MAX));
        Set<String> known = found(NUMBER, question);
        known.addAll(found(DIGITS, question));
        int wrong = 0;
        List<MatchResult> equations = all(EQUATION, text);
        for (MatchResult equation : equations) {
            wrong += holds(equation) ? 0 : 1;
            known.add(equation.group(4));
        }
        List<Set<String>> lines = LINE.splitAsStream(question)
                .limit(LINES_MAX)
                .map(line -> found(WORD, line))
                .toList();
        Set<String> words = new HashSet<>();
        lines.forEach(words::addAll);
        List<MatchResult> items = all(ITEM, text);
        int matches = 0;
        int mismatches = 0;
        for (int i = 1; i < items.size(); i++) {
            List<String> both = List.of(small(items.get(i - 1)), small(items.get(i)));
            if (words.containsAll(both) && belong(items.get(i - 1), items.get(i), text)) {
                boolean together = lines.stream().anyMatch(line -> line.containsAll(both));
                matches += together ? 1 : 0;
                mismatches += together ? 0 : 1;
            }
        }
        int end = text.lastIndexOf(SENTENCE_END, text.length() - SENTENCE_END.length() - 1);
        return new AnswerSigns(
                equations.size(),
                wrong,
                count(all(NUMBER, text), known),
                count(all(NAME, text), words),
                matches,
                mismatches,
                afterthoughts(items, end),
                repeats(items, end));
    }

    private static boolean belong(MatchResult one, MatchResult other, String text) {
        boolean numbers = isNumber(one) && isNumber(other);
        return !numbers
                && !small(one).equals(small(other))
                && BETWEEN.matcher(text).region(one.end(), other.start()).matches();
    }

    private static boolean isNumber(MatchResult item) {
        return Character.isDigit(item.group().charAt(0));
    }

    private static int repeats(List<MatchResult> items, int end) {
        Set<String> said = new HashSet<>();
        return (int) items.stream()
                .filter(item -> item.start() > end && !said.add(small(item)))
                .count();
    }

    private static int afterthoughts(List<MatchResult> items, int end) {
        if (end < 0) {
            return 0;
        }
        Set<String> before = new HashSet<>(Set.of("answer"));
        int count = 0;
        for (MatchResult item : items) {
            if (item.end() <= end) {
                before.add(small(item));
            } else {
                count += before.contains(small(item)) ? 0 : 1;
            }
        }
        return count;
    }

    /** How many are not known. */
    private static int count(List<MatchResult> found, Set<String> known) {
        return (int) found.stream().filter(each -> !known.contains(small(each))).count();
    }

    private static boolean holds(MatchResult equation) {
        BigInteger left = new BigInteger(equation.group(1));
        BigInteger right = new BigInteger(equation.group(3));
        BigInteger result = new BigInteger(equation.group(4));
        return switch (equation.group(2)) {
            case "+" -> left.add(right).equals(result);
            case "-" -> left.subtract(right).equals(result);
            case "/" -> result.multiply(right).equals(left);
            default -> left.multiply(right).equals(result);
        };
    }

    private static List<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().limit(FOUND_MAX).toList();
    }

    private static Set<String> found(Pattern pattern, String text) {
        Set<String> found = new HashSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }

    private static String small(MatchResult found) {
        return found.group().toLowerCase(Locale.ROOT);
    }
}
