package dev.weir.control.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of a question a vector does not show and an answer hangs on: its numbers, the names in it, its negations, and words that have an
 * opposite. Two questions can stand for each other only where these agree; a rule that is too strict costs a hit, one that is not strict
 * enough an answer that is wrong.
 *
 * @param numbers in their order, words of number as digits, each with its unit
 * @param names in their order, in small letters: what is written with a capital within a sentence, and codes of letters and digits
 * @param words all, in their order and in small letters
 * @param negationCount how often something is denied
 */
record Substance(List<String> numbers, List<String> names, List<String> words, int negationCount) {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:[.,:'’@/-][\\p{L}\\p{N}]+)*|[.!?\\n]");
    private static final Pattern NUMBER = Pattern.compile("\\d+(?:[.,:]\\d+)*");
    private static final Pattern CODE = Pattern.compile("(?=.*\\d)(?=.*\\p{L}).*|.*@.*");

    private static final Map<String, String> NUMBER_WORDS = Map.ofEntries(
            Map.entry("zero", "0"),
            Map.entry("one", "1"),
            Map.entry("two", "2"),
            Map.entry("three", "3"),
            Map.entry("four", "4"),
            Map.entry("five", "5"),
            Map.entry("six", "6"),
            Map.entry("seven", "7"),
            Map.entry("eight", "8"),
            Map.entry("nine", "9"),
            Map.entry("ten", "10"),
            Map.entry("eleven", "11"),
            Map.entry("twelve", "12"),
            Map.entry("twenty", "20"),
            Map.entry("thirty", "30"),
            Map.entry("fifty", "50"),
            Map.entry("hundred", "100"),
            Map.entry("thousand", "1000"),
            Map.entry("million", "1000000"),
            Map.entry("half", "1/2"),
            Map.entry("twice", "2x"),
            Map.entry("double", "2x"),
            Map.entry("once", "1x"),
            Map.entry("first", "1st"),
            Map.entry("second", "2nd"),
            Map.entry("third", "3rd"),
            Map.entry("last", "last"),
            Map.entry("next", "next"));

    /** Words that begin sentences, ask and point: a capital says nothing of them. */
    private static final Set<String> NO_NAMES = Set.of(
            "i", "i'm", "i'd", "i've", "i'll", "ok", "hi", "hello", "hey", "dear", "please", "thanks", "thank", "a",
            "the", "what", "when", "where", "who", "why", "how", "which", "can", "could", "may", "is", "are", "do",
            "does", "will");

    /** One of them for another changes how a question sounds and not what it asks. */
    private static final Set<String> FUNCTION_WORDS = Set.of(
            "can", "could", "may", "do", "does", "must", "should", "will", "would", "is", "are", "the", "a", "an", "my",
            "our", "this", "that", "i", "we", "me", "us", "to", "for", "of", "on", "at", "hi", "hello", "hey", "please",
            "tell", "show");

    private static final Set<String> NEGATIONS = Set.of(
            "not",
            "no",
            "never",
            "none",
            "neither",
            "nor",
            "without",
            "cannot",
            "except",
            "unless",
            "excluding",
            "nobody",
            "nothing",
            "avoid",
            "stop",
            "isn't",
            "aren't",
            "don't",
            "doesn't",
            "didn't",
            "won't",
            "can't",
            "couldn't",
            "shouldn't",
            "wouldn't",
            "wasn't",
            "weren't",
            "mustn't",
            "haven't",
            "hasn't",
            "hadn't");

    private static final Map<String, String> OPPOSITES = both(Map.ofEntries(
            Map.entry("before", "after"),
            Map.entry("arrive", "depart"),
            Map.entry("arrives", "departs"),
            Map.entry("arrival", "departure"),
            Map.entry("arrivals", "departures"),
            Map.entry("cheapest", "dearest"),
            Map.entry("cheap", "expensive"),
            Map.entry("earliest", "latest"),
            Map.entry("early", "late"),
            Map.entry("open", "close"),
            Map.entry("opens", "closes"),
            Map.entry("opening", "closing"),
            Map.entry("more", "less"),
            Map.entry("most", "least"),
            Map.entry("highest", "lowest"),
            Map.entry("largest", "smallest"),
            Map.entry("longest", "shortest"),
            Map.entry("maximum", "minimum"),
            Map.entry("max", "min"),
            Map.entry("increase", "decrease"),
            Map.entry("enable", "disable"),
            Map.entry("start", "end"),
            Map.entry("starts", "ends"),
            Map.entry("begin", "finish"),
            Map.entry("buy", "sell"),
            Map.entry("to", "from"),
            Map.entry("with", "without"),
            Map.entry("up", "down"),
            Map.entry("in", "out"),
            Map.entry("on", "off"),
            Map.entry("left", "right"),
            Map.entry("adult", "child"),
            Map.entry("adults", "children"),
            Map.entry("inside", "outside"),
            Map.entry("import", "export"),
            Map.entry("encrypt", "decrypt"),
            Map.entry("install", "uninstall"),
            Map.entry("add", "remove"),
            Map.entry("lock", "unlock"),
            Map.entry("day", "night"),
            Map.entry("single", "return"),
            Map.entry("male", "female")));

    /** What says how much a number is. */
    private static final Pattern UNIT =
            Pattern.compile("am|pm|%|percent|km|m|cm|mm|miles?|kg|g|tons?|euros?|dollars?|pounds?|usd|eur|"
                    + "seconds?|minutes?|min|hours?|h|days?|weeks?|months?|years?|adults?|child(?:ren)?|kids?|persons?|people|"
                    + "mb|gb|tb|kb|celsius|fahrenheit|degrees?");

    /** Itself and its lists, roughly. */
    private static final int OVERHEAD_BYTES = 128;

    private static final int REFERENCE_BYTES = 4;

    Substance {
        numbers = List.copyOf(numbers);
        names = List.copyOf(names);
        words = List.copyOf(words);
    }

    static Substance of(String text) {
        List<String> numbers = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<String> words = new ArrayList<>();
        int negationCount = 0;
        boolean begins = true;
        boolean afterNumber = false;
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            String written = matcher.group().replace('’', '\'');
            if (".!?\n".contains(written)) {
                begins = true;
                afterNumber = false;
                continue;
            }
            String word = written.toLowerCase(Locale.ROOT);
            words.add(word);
            negationCount += NEGATIONS.contains(word) ? 1 : 0;
            String number = NUMBER.matcher(word).matches() ? word : NUMBER_WORDS.get(word);
            if (number != null) {
                numbers.add(number);
            } else if (afterNumber && UNIT.matcher(word).matches()) {
                numbers.add(singular(word));
            } else if (CODE.matcher(word).matches() || (!begins && isName(written, word))) {
                names.add(word);
            }
            afterNumber = number != null;
            begins = false;
        }
        return new Substance(numbers, names, words, negationCount);
    }

    private static boolean isName(String written, String word) {
        return Character.isUpperCase(written.charAt(0)) && !NO_NAMES.contains(word);
    }

    private static String singular(String unit) {
        return unit.length() > 2 && unit.endsWith("s") ? unit.substring(0, unit.length() - 1) : unit;
    }

    /** What it takes in memory; numbers and names are words of it, mostly. */
    int byteCount() {
        int ofWords = words.stream().mapToInt(HeldText::byteCount).sum();
        return OVERHEAD_BYTES + ofWords + (words.size() + numbers.size() + names.size()) * REFERENCE_BYTES;
    }

    /** What keeps an answer to one of the questions from being one to the other, if anything does. */
    Optional<String> conflict(Substance other) {
        if (!numbers.equals(other.numbers)) {
            return Optional.of("other numbers");
        }
        if (!names(other).equals(other.names(this))) {
            return Optional.of("other names");
        }
        if (negationCount != other.negationCount) {
            return Optional.of("another negation");
        }
        if (isOpposed(other) || other.isOpposed(this)) {
            return Optional.of("the opposite");
        }
        if (isExchanged(other)) {
            return Optional.of("another word in one place, or the same words in another order");
        }
        return Optional.empty();
    }

    /** The names of this one, and the words that the other one writes as names, in this one's order. */
    private List<String> names(Substance other) {
        return words.stream()
                .filter(word -> names.contains(word) || other.names.contains(word))
                .toList();
    }

    private boolean isOpposed(Substance other) {
        return words.stream()
                .anyMatch(word -> !other.words.contains(word)
                        && OPPOSITES.containsKey(word)
                        && other.words.contains(OPPOSITES.get(word))
                        && !words.contains(OPPOSITES.get(word)));
    }

    /**
     * Whether only one word is another, or the order: what people who write names in small letters change. It may be a synonym as well; that
     * costs a hit.
     */
    private boolean isExchanged(Substance other) {
        if (words.size() != other.words.size() || words.equals(other.words)) {
            return false;
        }
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            if (!words.get(i).equals(other.words.get(i))) {
                places.add(i);
            }
        }
        if (places.size() == 1) {
            int place = places.getFirst();
            return !(FUNCTION_WORDS.contains(words.get(place)) && FUNCTION_WORDS.contains(other.words.get(place)));
        }
        return words.stream()
                .sorted()
                .toList()
                .equals(other.words.stream().sorted().toList());
    }

    private static Map<String, String> both(Map<String, String> pairs) {
        Map<String, String> both = new HashMap<>(pairs);
        pairs.forEach((one, other) -> both.put(other, one));
        return Map.copyOf(both);
    }
}
