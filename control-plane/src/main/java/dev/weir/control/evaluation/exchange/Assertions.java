package dev.weir.control.evaluation.exchange;

import dev.weir.control.evaluation.golden.Check;
import dev.weir.control.evaluation.golden.Check.Kind;
import dev.weir.control.evaluation.golden.Check.Look;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** What promptfoo asserts, as checks. */
final class Assertions {
    private static final Pattern SHORT = Pattern.compile("(?s)(not-)?([a-z][a-z-]*)(?:\\(([0-9.]+)\\))?:(.*)");
    private static final String RELEVANCE = "The answer is relevant to the question.";
    private static final String FAITHFUL =
            "The answer states nothing that is contradicted by the context, or that the context does not say.";

    /** Other names for the judge, and what it is to judge where the assertion says nothing of its own. */
    private static final Map<String, String> JUDGED = Map.of(
            "llm-rubric", "%s",
            "grade", "%s",
            "g-eval", "%s",
            "model-graded-closedqa", "The answer meets this criterion: %s",
            "factuality", "The answer is factually consistent with this: %s",
            "model-graded-factuality", "The answer is factually consistent with this: %s",
            "answer-relevance", RELEVANCE,
            "context-faithfulness", FAITHFUL);

    private Assertions() {}

    /** The check, or nothing where we have none like it. */
    static Optional<Check> check(JsonNode assertion, Map<String, String> variables) {
        String type = assertion.path("type").asString("equals");
        JsonNode value = filled(assertion.get("value"), variables);
        Double threshold = assertion.has("threshold")
                ? (Double) assertion.path("threshold").asDouble()
                : null;
        return check(type, value, threshold)
                .map(check -> new Check(
                        check.kind(),
                        check.negated(),
                        check.value(),
                        check.threshold(),
                        assertion.path("weight").asDouble(1),
                        assertion.path("metric").asString(check.metric()),
                        check.look()));
    }

    /** A cell of a table: {@code contains:text}, {@code similar(0.8):text}, or the whole answer. */
    static Optional<Check> check(String cell, @Nullable Double threshold, Map<String, String> variables) {
        String text = Drafts.filled(cell, variables);
        Matcher parts = SHORT.matcher(text);
        if (!parts.matches() || !isKnown(parts.group(2))) {
            return Optional.of(Check.of(Kind.EQUALS, Drafts.text(text), Look.EXACT));
        }
        String type = (parts.group(1) == null ? "" : "not-") + parts.group(2);
        JsonNode value = parts.group(2).endsWith("-any") || parts.group(2).endsWith("-all")
                ? list(parts.group(4))
                : Drafts.text(parts.group(4).strip());
        return check(type, value, parts.group(3) == null ? threshold : (Double) Double.parseDouble(parts.group(3)));
    }

    private static boolean isKnown(String type) {
        return JUDGED.containsKey(type)
                || type.matches("i?contains(-any|-all)?|javascript|python|fn|eval|webhook")
                || type.matches(
                        "equals|starts-with|regex|is-json|contains-json|similar|rouge-n|bleu|latency|cost|is-refusal");
    }

    private static Optional<Check> check(String type, @Nullable JsonNode value, @Nullable Double threshold) {
        boolean negated = type.startsWith("not-");
        String plain = negated ? type.substring("not-".length()) : type;
        if (JUDGED.containsKey(plain)) {
            String criterion = value == null ? "" : value.asString("");
            String said = String.valueOf(JUDGED.get(plain)).replace("%s", criterion);
            return said.isBlank()
                    ? Optional.empty()
                    : made(Kind.RUBRIC, negated, Drafts.text(said), threshold, Look.EXACT);
        }
        return switch (plain) {
            case "equals" ->
                value != null && !value.isString()
                        ? made(Kind.JSON_EQUALS, negated, value, null, Look.EXACT)
                        : made(Kind.EQUALS, negated, value, null, Look.EXACT);
            case "contains" -> made(Kind.CONTAINS, negated, value, null, Look.EXACT);
            case "icontains" -> made(Kind.CONTAINS, negated, value, null, Look.LOOSE);
            case "contains-any" -> made(Kind.CONTAINS_ANY, negated, value, null, Look.EXACT);
            case "icontains-any" -> made(Kind.CONTAINS_ANY, negated, value, null, Look.LOOSE);
            case "contains-all" -> made(Kind.CONTAINS_ALL, negated, value, null, Look.EXACT);
            case "icontains-all" -> made(Kind.CONTAINS_ALL, negated, value, null, Look.LOOSE);
            case "starts-with" -> made(Kind.STARTS_WITH, negated, value, null, Look.EXACT);
            case "regex" -> made(Kind.REGEX, negated, value, null, Look.EXACT);
            case "is-json" -> made(Kind.JSON, negated, schema(value), null, Look.EXACT);
            case "contains-json" -> made(Kind.CONTAINS_JSON, negated, schema(value), null, Look.EXACT);
            case "similar" -> made(Kind.SIMILAR, negated, value, threshold, Look.EXACT);
            case "rouge-n" -> made(Kind.ROUGE_N, negated, value, threshold, Look.EXACT);
            case "bleu" -> made(Kind.BLEU, negated, value, threshold, Look.EXACT);
            case "latency" -> made(Kind.LATENCY, negated, null, threshold, Look.EXACT);
            case "cost" -> made(Kind.COST, negated, null, threshold, Look.EXACT);
            case "is-refusal" -> made(Kind.REFUSAL, negated, null, null, Look.EXACT);
            default -> Optional.empty();
        };
    }

    private static @Nullable JsonNode schema(@Nullable JsonNode value) {
        if (value == null || !value.isString()) {
            return value;
        }
        return value.asString().isBlank() ? null : YamlTree.read(value.asString());
    }

    private static Optional<Check> made(
            Kind kind, boolean negated, @Nullable JsonNode value, @Nullable Double threshold, Look look) {
        return Optional.of(new Check(kind, negated, value, threshold, 1, kind.text(), look));
    }

    private static JsonNode list(String text) {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        for (String part : text.split(",", -1)) {
            list.add(part.strip());
        }
        return list;
    }

    private static @Nullable JsonNode filled(@Nullable JsonNode value, Map<String, String> variables) {
        return value != null && value.isString() ? Drafts.text(Drafts.filled(value.asString(), variables)) : value;
    }
}
