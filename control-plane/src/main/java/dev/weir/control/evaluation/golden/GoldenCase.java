package dev.weir.control.evaluation.golden;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A question and what a good answer to it looks like.
 *
 * @param id names the case for ever: results are paired by it
 * @param messages as OpenAI's chat completions take them
 * @param parameters of the request beside model and messages: {@code tools}, {@code max_tokens} and whatever else
 * @param reference a good answer, where there is one
 * @param context what an answer may rely on beside the messages
 * @param tags by which results are sliced: {@code type=refund}
 * @param mustPass whether failing it once stops a gate
 */
public record GoldenCase(
        String id,
        JsonNode messages,
        ObjectNode parameters,
        @Nullable String reference,
        List<Check> checks,
        List<String> context,
        Split split,
        Map<String, String> tags,
        Severity severity,
        boolean mustPass) {
    private static final int ID_CHARS_MAX = 200;

    public GoldenCase {
        if (id.isBlank() || id.length() > ID_CHARS_MAX) {
            throw new IllegalArgumentException("a case's id has 1 to " + ID_CHARS_MAX + " characters: '" + id + "'");
        }
        if (!messages.isArray()
                || messages.isEmpty()
                || !messages.valueStream()
                        .allMatch(message -> message.path("role").isString())) {
            throw new IllegalArgumentException("case " + id + " needs messages, each with a role");
        }
        if (checks.isEmpty()) {
            throw new IllegalArgumentException("case " + id + " checks nothing: give it an expected answer or a check");
        }
        messages = messages.deepCopy();
        parameters = parameters.deepCopy();
        checks = List.copyOf(checks);
        context = List.copyOf(context);
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    /** What the user says last. */
    public String question() {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i).path("role").asString("").equals("user")) {
                return messages.get(i).path("content").asString("");
            }
        }
        return "";
    }

    /** The names of the slices it is in. */
    public List<String> slices() {
        return tags.entrySet().stream()
                .map(tag -> tag.getKey() + "=" + tag.getValue())
                .toList();
    }

    /** The same with another reference and the checks that follow from it. */
    public GoldenCase corrected(String betterReference, List<Check> betterChecks) {
        return new GoldenCase(
                id, messages, parameters, betterReference, betterChecks, context, split, tags, severity, mustPass);
    }
}
