package dev.weir.control.evaluation.grading;

import dev.weir.control.evaluation.golden.Check;
import dev.weir.control.evaluation.golden.GoldenCase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Grades answers. Thread-safety: as much as the two it asks. */
public final class Grader {
    private static final Pattern NUMBER = Pattern.compile("-?\\d[\\d,]*(?:\\.\\d+)?(?:[eE][+-]?\\d+)?");
    private static final Pattern SPACES = Pattern.compile("\\s+");
    private static final Pattern CLOSING = Pattern.compile("[.!\\s]+$");
    private static final double ROUNDING = 1e-9;
    /** More of an answer than any rule is written for; bounds what a pattern can take. */
    private static final int CHARS_MAX = 100_000;

    private final Similarity similarity;
    private final RubricJudge judge;
    private final JsonForm form = new JsonForm();

    public Grader(Similarity similarity, RubricJudge judge) {
        this.similarity = similarity;
        this.judge = judge;
    }

    /** A grade for each check, in their order. */
    public List<Grade> grade(GoldenCase golden, List<Check> checks, Answer answer) throws InterruptedException {
        List<Grade> grades = new ArrayList<>();
        for (Check check : checks) {
            grades.add(grade(golden, check, answer));
        }
        return grades;
    }

    private Grade grade(GoldenCase golden, Check check, Answer answer) throws InterruptedException {
        String seen = seen(check, answer.text());
        if (seen == null) {
            return Grade.of(check, false, "there is no '" + check.look().after() + "' in the answer");
        }
        String wanted = normal(check, check.text());
        return switch (check.kind()) {
            case EQUALS -> Grade.of(check, seen.equals(wanted), "expected: " + check.text());
            case CONTAINS -> Grade.of(check, seen.contains(wanted), "expected in it: " + check.text());
            case CONTAINS_ANY -> any(check, seen, String::contains);
            case CONTAINS_ALL ->
                Grade.of(
                        check,
                        check.texts().stream().allMatch(text -> seen.contains(normal(check, text))),
                        "expected in it, all: " + check.texts());
            case STARTS_WITH -> Grade.of(check, seen.startsWith(wanted), "expected first: " + check.text());
            case REGEX ->
                Grade.of(check, Pattern.compile(check.text()).matcher(seen).find(), "expected: /" + check.text() + "/");
            case NUMERIC -> numeric(check, seen);
            case JSON -> json(check, form.parse(seen));
            case CONTAINS_JSON -> json(check, form.find(seen));
            case JSON_EQUALS ->
                Grade.of(
                        check,
                        form.parse(seen).equals(Optional.ofNullable(check.value())),
                        "expected the JSON value " + check.value());
            case ROUGE_L -> Grade.of(check, Overlap.rougeL(wanted, seen), "ROUGE-L with: " + check.text());
            case ROUGE_N -> Grade.of(check, Overlap.rougeN(wanted, seen, 1), "ROUGE-1 with: " + check.text());
            case BLEU -> Grade.of(check, Overlap.bleu(wanted, seen), "BLEU with: " + check.text());
            case LEVENSHTEIN -> Grade.of(check, Overlap.levenshtein(wanted, seen), "edits from: " + check.text());
            case LATENCY -> limit(check, (double) answer.latencyMillis(), "ms");
            case COST -> limit(check, answer.cost(), "of money");
            case REFUSAL ->
                Grade.of(
                        check,
                        answer.toolCalls().isEmpty() && RefusalWords.declines(seen),
                        check.negated() ? "it declines" : "it does not decline");
            case TOOL_CALL -> toolCalls(check, answer);
            case SIMILAR -> similar(check, seen, wanted);
            case RUBRIC -> rubric(golden, check, seen);
        };
    }

    private static @Nullable String seen(Check check, String answer) {
        String text = answer.substring(0, Math.min(CHARS_MAX, answer.length()));
        String mark = check.look().after();
        if (mark != null) {
            int at = text.lastIndexOf(mark);
            if (at < 0) {
                return null;
            }
            text = text.substring(at + mark.length());
        }
        return normal(check, text);
    }

    private static String normal(Check check, String text) {
        if (!check.look().loose()) {
            return text.strip();
        }
        String spaced = SPACES.matcher(text.strip()).replaceAll(" ");
        return CLOSING.matcher(spaced).replaceAll("").toLowerCase(Locale.ROOT);
    }

    private static Grade any(Check check, String seen, BiPredicate<String, String> matches) {
        boolean holds = check.texts().stream().anyMatch(text -> matches.test(seen, normal(check, text)));
        return Grade.of(check, holds, "expected in it, one of: " + check.texts());
    }

    private static Grade numeric(Check check, String seen) {
        Matcher numbers = NUMBER.matcher(seen);
        String last = null;
        while (numbers.find()) {
            last = numbers.group();
        }
        if (last == null || check.value() == null) {
            return Grade.of(check, false, "there is no number in the answer");
        }
        double wanted = check.value().asDouble();
        double found = Double.parseDouble(last.replace(",", ""));
        double tolerance = check.threshold() == null ? ROUNDING : check.threshold();
        boolean holds = Math.abs(found - wanted) <= Math.max(tolerance * Math.abs(wanted), Double.MIN_NORMAL);
        return Grade.of(check, holds, "expected " + wanted + ", found " + last);
    }

    private Grade json(Check check, Optional<JsonNode> found) {
        if (found.isEmpty()) {
            return Grade.of(check, false, "there is no JSON");
        }
        Optional<String> flaw = form.flaw(found.get(), check.value());
        return Grade.of(check, flaw.isEmpty(), flaw.orElse("it is valid"));
    }

    private static Grade limit(Check check, double value, String unit) {
        double max = check.threshold() == null ? 0 : check.threshold();
        return Grade.of(check, value <= max, "%s %s, at most %s".formatted(value, unit, max));
    }

    /** As a bag: order is the model's own affair. */
    private static Grade toolCalls(Check check, Answer answer) {
        List<Answer.ToolCall> missing = new ArrayList<>();
        JsonNode value = check.value();
        if (value != null) {
            List<JsonNode> wanted = value.isArray() ? value.valueStream().toList() : List.of(value);
            wanted.forEach(
                    call -> missing.add(new Answer.ToolCall(call.path("name").asString(""), call.path("arguments"))));
        }
        List<Answer.ToolCall> surplus = new ArrayList<>(answer.toolCalls());
        missing.removeIf(surplus::remove);
        return Grade.of(
                check, missing.isEmpty() && surplus.isEmpty(), "missing: " + missing + ", not asked for: " + surplus);
    }

    private Grade similar(Check check, String seen, String wanted) throws InterruptedException {
        try {
            double cosine = similarity.cosine(wanted, seen);
            return Grade.of(check, Math.clamp(cosine, 0, 1), "cosine with: " + check.text());
        } catch (IOException failure) {
            return Grade.unscored(check, "no similarity: " + failure.getMessage());
        }
    }

    private Grade rubric(GoldenCase golden, Check check, String seen) throws InterruptedException {
        RubricJudge.Ruling ruling = judge.judge(golden, seen, check.text());
        return switch (ruling.status()) {
            case PASSED, FAILED -> Grade.of(check, ruling.score(), ruling.reason());
            case UNSCORED -> Grade.unscored(check, ruling.reason());
            // What decides about a case has to be told by somebody: a judge that cannot is the wrong one.
            case NOT_APPLICABLE ->
                check.weight() > 0
                        ? Grade.unscored(check, "this judge cannot tell, take another one: " + ruling.reason())
                        : Grade.inapplicable(check, ruling.reason());
        };
    }
}
