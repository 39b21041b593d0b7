package dev.weir.control.classification;

import dev.weir.control.completion.JsonBody;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says how hard a request is from what it looks like: words that ask for work in several steps, forms, code, length, depth, stakes. Every
 * feature adds to one score; two borders cut it into three. Near a border the verdict is worth little, and says so.
 *
 * <p>Pure, and cheap enough to be asked every time: one pass over the body, one over the last message for each group of words.
 */
public final class Classifier {
    private static final double MODERATE_FROM = 1.0;
    private static final double COMPLEX_FROM = 2.0;

    /** How quickly a verdict becomes certain with its distance from the border. */
    private static final double CERTAINTY_PER_POINT = 6.0;

    private static final double CERTAINTY_MIN = 0.5;

    /** Of the verdicts far from any border on the demo models' evaluation set, this part is right. */
    private static final double CERTAINTY_MAX = 0.8;

    private static final int LONG_PROMPT_CHARS = 4000;
    private static final int DEEP_CONVERSATION = 8;
    private static final int NUMBERS_MANY = 6;

    /** Words that belong together, and what finding one of them adds. */
    private record Cue(String name, Pattern words, double weight) {
        static Cue of(String name, double weight, String... words) {
            return new Cue(name, Pattern.compile("\\b(?:" + String.join("|", words) + ")"), weight);
        }
    }

    private static final List<Cue> CUES = List.of(
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
                    "(?:earliest|latest|cheapest) first",
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
                    "(?:receive|get|given|paid) back",
                    "allowed",
                    "free to",
                    "ready to",
                    "may (?:this|the|he|she|they|i|we)\\b",
                    "(?:he|she|they) may\\b",
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

    /** The verdict on a request. */
    public Classification classify(JsonBody request) {
        return classify(PromptFeatures.of(request));
    }

    Classification classify(PromptFeatures prompt) {
        double score = 0;
        double strongest = 0;
        String reason = "nothing asks for more than a look";
        for (Cue cue : CUES) {
            Matcher found = cue.words().matcher(prompt.text());
            if (found.find()) {
                score += cue.weight();
                if (cue.weight() > strongest) {
                    strongest = cue.weight();
                    reason = "it " + cue.name();
                }
            }
        }
        score += prompt.tools() ? 1 : 0;
        score += prompt.form() ? 1 : 0;
        score += prompt.promptChars() > LONG_PROMPT_CHARS ? 1 : 0;
        score += prompt.messageCount() > DEEP_CONVERSATION ? 0.5 : 0;
        score += prompt.numberCount() > NUMBERS_MANY ? 0.2 : 0;
        Difficulty difficulty = score >= COMPLEX_FROM
                ? Difficulty.COMPLEX
                : score >= MODERATE_FROM ? Difficulty.MODERATE : Difficulty.SIMPLE;
        double distance = Math.min(Math.abs(score - MODERATE_FROM), Math.abs(score - COMPLEX_FROM));
        return new Classification(difficulty, certainty(distance), reason(reason, score));
    }

    private static double certainty(double distance) {
        return CERTAINTY_MIN + (CERTAINTY_MAX - CERTAINTY_MIN) * (1 - Math.exp(-CERTAINTY_PER_POINT * distance));
    }

    private static String reason(String strongest, double score) {
        return String.format(Locale.ROOT, "%s (score %.1f)", strongest, score);
    }
}
