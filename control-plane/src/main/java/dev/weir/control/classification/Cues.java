package dev.weir.control.classification;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Groups of words that say what kind of work a request asks for. */
final class Cues {
    /** Words that belong together, and what finding one of them adds. */
    record Cue(String name, List<Words> words, double weight) {
        static Cue of(String name, double weight, String... words) {
            return new Cue(name, Stream.of(words).map(Words::of).toList(), weight);
        }

        boolean isIn(String text) {
            for (Words one : words) {
                if (one.isIn(text)) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Words in one of their forms. Most texts do not have how they begin, and the library looks for that many characters at a time, where an
     * expression looks at each.
     *
     * @param begins the letters that all forms begin with
     */
    record Words(String begins, Pattern form) {
        private static final Pattern LETTERS = Pattern.compile("[a-z ]+(?![?*])");

        static Words of(String form) {
            Matcher letters = LETTERS.matcher(form);
            if (!letters.lookingAt()) {
                throw new IllegalArgumentException("must begin with letters: " + form);
            }
            return new Words(letters.group(), Pattern.compile("\\b" + form));
        }

        boolean isIn(String text) {
            int at = text.indexOf(begins);
            if (at < 0) {
                return false;
            }
            Matcher matcher = form.matcher(text);
            matcher.useTransparentBounds(true);
            for (; at >= 0; at = text.indexOf(begins, at + 1)) {
                if (matcher.region(at, text.length()).lookingAt()) {
                    return true;
                }
            }
            return false;
        }
    }

    static final List<Cue> ALL = List.of(
            Cue.of(
                    "asks to calculate",
                    2.2,
                    "calculat",
                    "total",
                    "sum\\b",
                    "in all",
                    "together",
                    "add (?:up|the|all)",
                    "work out",
                    "difference",
                    "how much (?:can|do|does|did|less|more|cheaper|dearer|would|must)",
                    "how many (?:euros|dollars|hours|minutes|days)",
                    "save\\b",
                    "how long",
                    "length of",
                    "duration",
                    "time of the (?:crossing|trip|journey)",
                    "extra\\b",
                    "percent",
                    "average"),
            Cue.of(
                    "asks to compare or choose",
                    2.2,
                    "cheapest",
                    "dearest",
                    "best\\b",
                    "most\\b",
                    "least\\b",
                    "fastest",
                    "compare",
                    "rank",
                    "trade-?off",
                    "choose between"),
            Cue.of(
                    "asks to put in order",
                    2.2,
                    "sort\\b",
                    "arrange",
                    "in (?:what |which )?order",
                    "order (?:by|of|the)",
                    "earliest first",
                    "latest first",
                    "cheapest first",
                    "starting with the",
                    "chronolog"),
            Cue.of(
                    "asks to reason",
                    2.2,
                    "why\\b",
                    "explain",
                    "prove",
                    "derive",
                    "step by step",
                    "analy[sz]e",
                    "design",
                    "plan\\b",
                    "evaluate",
                    "refactor",
                    "debug",
                    "optimi[sz]e"),
            Cue.of(
                    "asks to judge",
                    2.4,
                    "supported",
                    "confirm",
                    "judge",
                    "grade\\b",
                    "verify",
                    "is it true",
                    "check (?:if|whether|the answer)",
                    "true or false",
                    "consistent with"),
            Cue.of(
                    "asks to apply a rule",
                    2.2,
                    "refund",
                    "receive back",
                    "get back",
                    "given back",
                    "paid back",
                    "allowed",
                    "free to",
                    "ready to",
                    "may (?:this|the|he|she|they|i|we)\\b",
                    "he may\\b",
                    "she may\\b",
                    "they may\\b",
                    "entitled",
                    "eligible",
                    "discount",
                    "policy"),
            Cue.of(
                    "sets a condition",
                    0.8,
                    "if\\b",
                    "only after",
                    "at least",
                    "at most",
                    "no later than",
                    "not before",
                    "unless",
                    "except"),
            Cue.of("asks for a form", 1.4, "json", "csv", "xml", "yaml", "as a table"),
            Cue.of("asks for two things", 1.4, "both\\b", "two (?:things|facts)", "and the ", "as well as"),
            Cue.of("asks after a change", 1.4, "late\\b", "delay", "instead of"),
            Cue.of(
                    "is about code",
                    1.5,
                    "function\\b",
                    "class\\b",
                    "exception",
                    "stack trace",
                    "compile",
                    "regex",
                    "sql\\b"),
            Cue.of("has stakes", 1.0, "diagnos", "dosage", "legal", "contract", "lawsuit", "medical", "liabilit"));

    private Cues() {}

    /** Which of them are in a text, in their order. */
    static boolean[] found(String text) {
        boolean[] found = new boolean[ALL.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = ALL.get(i).isIn(text);
        }
        return found;
    }
}
