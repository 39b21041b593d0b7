package dev.weir.control.evaluation.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A case as one line of JSON, always the same line for the same case: keys in order, no spaces, nothing that has its default. Fields that are
 * added later therefore leave the hashes of older cases as they are.
 */
public final class CaseJson {
    private static final JsonMapper CANONICAL =
            JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();
    private static final Set<String> FIELDS = Set.of(
            "id", "messages", "parameters", "reference", "checks", "context", "split", "tags", "severity", "mustPass");
    private static final Set<String> CHECK_FIELDS =
            Set.of("type", "value", "threshold", "weight", "metric", "loose", "after");
    private static final String NOT = "not-";

    private CaseJson() {}

    public static String write(GoldenCase golden) {
        ObjectNode json = CANONICAL.createObjectNode().put("id", golden.id());
        json.set("messages", golden.messages());
        if (!golden.parameters().isEmpty()) {
            json.set("parameters", golden.parameters());
        }
        if (golden.reference() != null) {
            json.put("reference", golden.reference());
        }
        ArrayNode checks = json.putArray("checks");
        golden.checks().forEach(check -> checks.add(write(check)));
        golden.context().forEach(text -> json.withArray("context").add(text));
        if (golden.split() != Split.GATE) {
            json.put("split", small(golden.split()));
        }
        if (!golden.tags().isEmpty()) {
            ObjectNode tags = json.putObject("tags");
            golden.tags().forEach(tags::put);
        }
        if (golden.severity() != Severity.NORMAL) {
            json.put("severity", small(golden.severity()));
        }
        if (golden.mustPass()) {
            json.put("mustPass", true);
        }
        return CANONICAL.writeValueAsString(json);
    }

    private static ObjectNode write(Check check) {
        ObjectNode json = CANONICAL
                .createObjectNode()
                .put("type", (check.negated() ? NOT : "") + check.kind().text());
        if (check.value() != null) {
            json.set("value", check.value());
        }
        if (check.threshold() != null) {
            json.put("threshold", check.threshold());
        }
        if (check.weight() != 1) {
            json.put("weight", check.weight());
        }
        if (!check.metric().equals(check.kind().text())) {
            json.put("metric", check.metric());
        }
        if (check.look().loose()) {
            json.put("loose", true);
        }
        if (check.look().after() != null) {
            json.put("after", check.look().after());
        }
        return json;
    }

    /**
     * The case that a line says.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static GoldenCase read(String line) {
        try {
            return read(CANONICAL.readTree(line));
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException("this is not JSON: " + malformed.getOriginalMessage());
        }
    }

    /** Whether an object is written as cases are here. */
    public static boolean isCase(JsonNode json) {
        return json.has("messages") && json.has("checks");
    }

    static GoldenCase read(JsonNode json) {
        refuseUnknown(json, FIELDS, "a case");
        List<Check> checks = new ArrayList<>();
        json.path("checks").forEach(check -> checks.add(readCheck(check)));
        Map<String, String> tags = new TreeMap<>();
        json.path("tags")
                .properties()
                .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asString()));
        return new GoldenCase(
                json.path("id").asString(""),
                json.path("messages"),
                json.path("parameters") instanceof ObjectNode given ? given : CANONICAL.createObjectNode(),
                text(json, "reference"),
                checks,
                json.path("context").valueStream().map(JsonNode::asString).toList(),
                constant(json, "split", Split.class, Split.GATE),
                tags,
                constant(json, "severity", Severity.class, Severity.NORMAL),
                json.path("mustPass").asBoolean(false));
    }

    /** One check as it is written in a case. */
    public static Check readCheck(JsonNode json) {
        refuseUnknown(json, CHECK_FIELDS, "a check");
        String type = json.path("type").asString("");
        boolean negated = type.startsWith(NOT);
        Check.Kind kind = Check.Kind.of(negated ? type.substring(NOT.length()) : type);
        return new Check(
                kind,
                negated,
                json.get("value"),
                json.has("threshold") ? (Double) json.path("threshold").asDouble() : null,
                json.path("weight").asDouble(1),
                json.path("metric").asString(kind.text()),
                new Check.Look(json.path("loose").asBoolean(false), text(json, "after")));
    }

    private static void refuseUnknown(JsonNode json, Set<String> known, String what) {
        for (String name : json.propertyNames()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(what + " has no field '" + name + "': there are "
                        + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    private static @Nullable String text(JsonNode json, String field) {
        JsonNode value = json.get(field);
        return value == null || value.isNull() ? null : value.asString();
    }

    private static <E extends Enum<E>> E constant(JsonNode json, String field, Class<E> type, E absent) {
        String text = text(json, field);
        if (text == null) {
            return absent;
        }
        for (E constant : type.getEnumConstants()) {
            if (small(constant).equals(text)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("there is no " + field + " '" + text + "'");
    }

    private static String small(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
