package dev.weir.control.evaluation.exchange;

import dev.weir.control.evaluation.golden.Check;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.golden.Severity;
import dev.weir.control.evaluation.golden.Split;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Collects cases while a format is read, and what it could not take. */
final class Drafts {
    private static final Pattern VARIABLE = Pattern.compile("\\{\\{\\s*([A-Za-z_][A-Za-z0-9_.]*)\\s*}}");
    private static final int REPORTED_MAX = 1000;

    private final List<GoldenCase> cases = new ArrayList<>();
    private final Set<String> unsupported = new LinkedHashSet<>();

    void leftOut(String where, String what) {
        if (unsupported.size() < REPORTED_MAX) {
            unsupported.add(where + ": " + what);
        }
    }

    /** A case of the gate; one without a check is reported and left out. */
    void add(
            String id,
            JsonNode messages,
            @Nullable String reference,
            List<Check> checks,
            List<String> context,
            Map<String, String> tags) {
        if (checks.isEmpty()) {
            leftOut(id, "left out, because nothing is left to check");
            return;
        }
        ObjectNode none = JsonMapper.shared().createObjectNode();
        cases.add(new GoldenCase(
                id, messages, none, reference, checks, context, Split.GATE, tags, Severity.NORMAL, false));
    }

    void add(GoldenCase golden) {
        cases.add(golden);
    }

    Imported done() {
        if (cases.isEmpty()) {
            throw new IllegalArgumentException(
                    unsupported.isEmpty()
                            ? "there are no cases in it"
                            : "no case is left: "
                                    + String.join(
                                            "; ", unsupported.stream().limit(5).toList()));
        }
        return new Imported(cases, List.copyOf(unsupported));
    }

    /** One message of the user. */
    static ArrayNode user(String content) {
        ArrayNode messages = JsonMapper.shared().createArrayNode();
        messages.addObject().put("role", "user").put("content", content);
        return messages;
    }

    static JsonNode text(String value) {
        return StringNode.valueOf(value);
    }

    /** The template with the variables in their places; what has no value stays as it is. */
    static String filled(String template, Map<String, String> variables) {
        return VARIABLE.matcher(template).replaceAll(match -> {
            String value = variables.get(match.group(1));
            return Matcher.quoteReplacement(value == null ? match.group() : value);
        });
    }

    /** Whether a template says more than variables can. */
    static boolean isBeyond(String template) {
        return template.contains("{%")
                || VARIABLE.matcher(template).replaceAll("").contains("{{");
    }
}
