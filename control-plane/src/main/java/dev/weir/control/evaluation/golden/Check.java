package dev.weir.control.evaluation.golden;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One thing that is asked of an answer.
 *
 * @param negated whether it must not hold
 * @param value what it compares with; what that is depends on the kind
 * @param threshold from which a score counts as passed, for kinds that have scores; the most, for latency (in milliseconds) and cost
 * @param weight of it in the case's score
 * @param metric under which it is reported; results of the same metric are averaged over cases
 * @param look what of the answer it looks at
 */
public record Check(
        Kind kind,
        boolean negated,
        @Nullable JsonNode value,
        @Nullable Double threshold,
        double weight,
        String metric,
        Look look) {
    /** The kinds there are, with their names in files. */
    public enum Kind {
        EQUALS("equals", Needs.TEXT),
        CONTAINS("contains", Needs.TEXT),
        CONTAINS_ANY("contains-any", Needs.TEXTS),
        CONTAINS_ALL("contains-all", Needs.TEXTS),
        STARTS_WITH("starts-with", Needs.TEXT),
        REGEX("regex", Needs.TEXT),
        /** A number in the answer, the last one, within {@code threshold} (relative) of the value. */
        NUMERIC("numeric", Needs.NUMBER),
        /** The answer is JSON; valid under the schema that is the value, where there is one. */
        JSON("is-json", Needs.NOTHING),
        /** The answer contains JSON; valid under the schema that is the value, where there is one. */
        CONTAINS_JSON("contains-json", Needs.NOTHING),
        /** The same JSON value as the value: order of keys and spacing do not matter. */
        JSON_EQUALS("json-equals", Needs.ANYTHING),
        /** The cosine between the embeddings of the answer and the value. */
        SIMILAR("similar", Needs.TEXT, 0.8),
        ROUGE_L("rouge-l", Needs.TEXT, 0.5),
        ROUGE_N("rouge-n", Needs.TEXT, 0.75),
        BLEU("bleu", Needs.TEXT, 0.5),
        /** 1 less the edits that lead from one text to the other, as a share of the longer one. */
        LEVENSHTEIN("levenshtein", Needs.TEXT, 0.8),
        LATENCY("latency", Needs.THRESHOLD),
        COST("cost", Needs.THRESHOLD),
        REFUSAL("is-refusal", Needs.NOTHING),
        /** The tools that were called with their arguments, each as {@code {"name": ..., "arguments": {...}}}. */
        TOOL_CALL("tool-call", Needs.ANYTHING),
        /** A criterion in words, for the judge. */
        RUBRIC("llm-rubric", Needs.TEXT, 0.5);

        private final String text;
        private final Needs needs;
        private final @Nullable Double passMark;

        Kind(String text, Needs needs) {
            this(text, needs, null);
        }

        Kind(String text, Needs needs, @Nullable Double passMark) {
            this.text = text;
            this.needs = needs;
            this.passMark = passMark;
        }

        /** As it is written in files. */
        public String text() {
            return text;
        }

        /** The score from which it counts as passed where the check does not say. */
        public double passMark() {
            return passMark == null ? 1 : passMark;
        }

        /** Whether asking twice may give two results although the answer is the same. */
        public boolean isNoisy() {
            return this == LATENCY || this == RUBRIC;
        }

        /** The kind that is written so. */
        public static Kind of(String text) {
            return Arrays.stream(values())
                    .filter(kind -> kind.text.equals(text))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no check '" + text + "': there are "
                            + Arrays.stream(values()).map(Kind::text).collect(Collectors.joining(", "))));
        }
    }

    private enum Needs {
        NOTHING,
        ANYTHING,
        TEXT,
        TEXTS,
        NUMBER,
        THRESHOLD
    }

    /**
     * What of an answer is looked at.
     *
     * @param loose whether case, spacing and closing full stops do not matter
     * @param after only what follows the last of these counts; without one in the answer, nothing does
     */
    public record Look(boolean loose, @Nullable String after) {
        public static final Look EXACT = new Look(false, null);
        public static final Look LOOSE = new Look(true, null);
    }

    public Check {
        if (!(weight >= 0 && Double.isFinite(weight))) {
            throw new IllegalArgumentException("a weight is a number that is not negative: " + weight);
        }
        if (metric.isBlank()) {
            throw new IllegalArgumentException("a metric has a name");
        }
        if (threshold != null && !(threshold >= 0)) {
            throw new IllegalArgumentException("a threshold is not negative: " + threshold);
        }
        String flaw = flaw(kind, value, threshold);
        if (flaw != null) {
            throw new IllegalArgumentException("the check '" + kind.text + "' " + flaw);
        }
    }

    /** A check that stands for itself: not negated, weight 1, reported under its own name. */
    public static Check of(Kind kind, @Nullable JsonNode value, Look look) {
        return new Check(kind, false, value, null, 1, kind.text, look);
    }

    /** The value as a text; empty where there is none. */
    public String text() {
        return value == null ? "" : value.asString("");
    }

    /** The value as a list of texts. */
    public List<String> texts() {
        return value == null
                ? List.of()
                : value.valueStream().map(JsonNode::asString).toList();
    }

    /** From which score it is passed. */
    public double passMark() {
        return threshold == null ? kind.passMark() : threshold;
    }

    private static @Nullable String flaw(Kind kind, @Nullable JsonNode value, @Nullable Double threshold) {
        return switch (kind.needs) {
            case NOTHING -> null;
            case ANYTHING -> value == null ? "needs a value" : null;
            case TEXT -> value == null || !value.isString() ? "needs a text as its value" : patternFlaw(kind, value);
            case TEXTS ->
                value == null
                                || !value.isArray()
                                || value.isEmpty()
                                || !value.valueStream().allMatch(JsonNode::isString)
                        ? "needs a list of texts as its value"
                        : null;
            case NUMBER -> value == null || !value.isNumber() ? "needs a number as its value" : null;
            case THRESHOLD -> threshold == null ? "needs a threshold" : null;
        };
    }

    private static @Nullable String patternFlaw(Kind kind, JsonNode value) {
        if (kind != Kind.REGEX) {
            return null;
        }
        try {
            Pattern.compile(value.asString());
            return null;
        } catch (PatternSyntaxException malformed) {
            return "has no regular expression as its value: " + malformed.getDescription();
        }
    }
}
