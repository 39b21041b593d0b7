package dev.weir.control.ingress;

import dev.weir.control.guard.PersonalData;
import dev.weir.control.guard.PersonalKind;
import dev.weir.control.guard.StreamedRedaction;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes personal data out of one answer as it passes. In a stream every text that grows (each choice's content, reasoning, refusal, arguments
 * of calls) is redacted by itself, and told as far as nothing in it can still become something; the rest comes with the text's last event. What
 * is told whole is redacted whole. Log-probabilities go, since they tell tokens.
 *
 * <p>Of one answer, by one thread at a time.
 */
final class AnswerGuard {
    private static final String DATA = "data:";
    private static final Set<String> WHOLE_TEXTS =
            Set.of("content", "text", "reasoning_content", "reasoning", "refusal", "arguments", "output_text");

    /** Engines call what a model thinks by one of two names. */
    private static final Set<String> GROWING_TEXTS = Set.of("content", "reasoning_content", "reasoning", "refusal");

    private final Set<PersonalKind> kinds;
    private final Map<String, StreamedRedaction> growing = new LinkedHashMap<>();
    private final Map<PersonalKind, Integer> whole = new EnumMap<>(PersonalKind.class);

    /** Of a response the last event of a growing text, which waits to learn whether it is the last. */
    private @Nullable ObjectNode waiting;

    AnswerGuard(Set<PersonalKind> kinds) {
        this.kinds = Set.copyOf(kinds);
    }

    /** What was found until now; a response's texts are told twice, and counted where they grow. */
    Map<PersonalKind, Integer> counts() {
        if (growing.isEmpty()) {
            return Map.copyOf(whole);
        }
        Map<PersonalKind, Integer> counts = new EnumMap<>(PersonalKind.class);
        growing.values()
                .forEach(text -> text.counts().forEach((kind, count) -> counts.merge(kind, count, Integer::sum)));
        return counts;
    }

    /** An answer that is no stream. */
    byte[] whole(byte[] answer) {
        try {
            JsonNode json = JsonMapper.shared().readTree(answer);
            redactWhole(json);
            return JsonMapper.shared().writeValueAsBytes(json);
        } catch (JacksonException _) {
            return answer; // no answer of a kind that is known here
        }
    }

    /** Whole events of a stream. */
    byte[] events(byte[] events) {
        StringBuilder told = new StringBuilder(events.length);
        for (String event : new String(events, StandardCharsets.UTF_8).split("(?<=\n\r?\n)", -1)) {
            int data = event.startsWith(DATA) ? 0 : event.indexOf("\n" + DATA) + 1;
            String json = event.substring(Math.min(event.length(), data + DATA.length()))
                    .strip();
            if (!event.startsWith(DATA, data) || !json.startsWith("{")) {
                told.append(event);
                continue;
            }
            tell(event.substring(0, data), json, event, told);
        }
        return told.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void tell(String before, String json, String event, StringBuilder told) {
        JsonNode read;
        try {
            read = JsonMapper.shared().readTree(json);
        } catch (JacksonException _) {
            told.append(event);
            return;
        }
        if (read.path("choices") instanceof ArrayNode choices) {
            for (JsonNode choice : choices) {
                if (choice instanceof ObjectNode object) {
                    grow(object);
                }
            }
            told.append(before).append(DATA).append(' ').append(read).append("\n\n");
        } else if (read instanceof ObjectNode ofResponse) {
            tellOfResponse(ofResponse, told);
        }
    }

    private void grow(ObjectNode choice) {
        String name = choice.path("index").asString("0");
        boolean over = !choice.path("finish_reason").isNull() && choice.has("finish_reason");
        if (choice.has("logprobs")) {
            choice.putNull("logprobs");
        }
        if (choice.path("text").isString() || (over && growing.containsKey(name))) {
            choice.put("text", grown(name, choice.path("text").asString(""), over));
        }
        // An engine may say that it is over without a delta, and what is held back is to come all the same.
        if (over && !choice.has("delta") && growing.keySet().stream().anyMatch(text -> isOfDelta(text, name))) {
            choice.putObject("delta");
        }
        if (!(choice.get("delta") instanceof ObjectNode delta)) {
            return;
        }
        for (String field : GROWING_TEXTS) {
            String piece = delta.path(field).asString("");
            String rest = piece.isEmpty() && !(over && growing.containsKey(name + field))
                    ? ""
                    : grown(name + field, piece, over);
            if (delta.path(field).isString() || !rest.isEmpty()) {
                delta.put(field, rest);
            }
        }
        growCalls(name, delta, over);
        growFunction(name + " function", delta, over);
    }

    private static boolean isOfDelta(String text, String choice) {
        return text.length() > choice.length() && text.startsWith(choice);
    }

    /** The one call of those that do not know of several. */
    private void growFunction(String name, ObjectNode delta, boolean over) {
        String piece = delta.path("function_call").path("arguments").asString("");
        if (piece.isEmpty() && !(over && growing.containsKey(name))) {
            return;
        }
        ObjectNode function = delta.get("function_call") instanceof ObjectNode known ? known : delta.objectNode();
        String arguments = grown(name, piece, over);
        if (!piece.isEmpty() || !arguments.isEmpty()) {
            delta.set("function_call", function.put("arguments", arguments));
        }
    }

    private void growCalls(String choice, ObjectNode delta, boolean over) {
        for (JsonNode call : delta.path("tool_calls")) {
            if (call.get("function") instanceof ObjectNode function
                    && function.path("arguments").isString()) {
                String name = choice + " call " + call.path("index").asInt(0);
                function.put("arguments", grown(name, function.path("arguments").stringValue(), false));
            }
        }
        String prefix = choice + " call ";
        if (over) {
            growing.forEach((name, text) -> {
                String rest = name.startsWith(prefix) ? text.rest() : "";
                if (!rest.isEmpty()) {
                    delta.withArray("tool_calls")
                            .addObject()
                            .put("index", Integer.parseInt(name.substring(prefix.length())))
                            .putObject("function")
                            .put("arguments", rest);
                }
            });
        }
    }

    private String grown(String name, String piece, boolean over) {
        StreamedRedaction text = growing.computeIfAbsent(name, _ -> new StreamedRedaction(kinds));
        String next = text.next(piece);
        return over ? next + text.rest() : next;
    }

    private void tellOfResponse(ObjectNode event, StringBuilder told) {
        ObjectNode last = waiting;
        waiting = null;
        if (last != null && !sameText(last, event)) {
            last.put("delta", last.path("delta").asString("") + grown(nameOf(last), "", true));
        }
        if (last != null) {
            append(last, told);
        }
        if (event.path("delta").isString()) {
            event.put("delta", grown(nameOf(event), event.path("delta").stringValue(), false));
            waiting = event;
        } else {
            redactWhole(event);
            append(event, told);
        }
    }

    private static boolean sameText(ObjectNode one, ObjectNode other) {
        return other.path("delta").isString() && nameOf(one).equals(nameOf(other));
    }

    private static String nameOf(ObjectNode event) {
        return event.path("type").asString("")
                + event.path("item_id").asString("")
                + event.path("content_index").asString("");
    }

    private static void append(ObjectNode event, StringBuilder told) {
        told.append("event: ")
                .append(event.path("type").asString(""))
                .append('\n')
                .append(DATA)
                .append(' ')
                .append(event)
                .append("\n\n");
    }

    private void redactWhole(JsonNode json) {
        if (json instanceof ObjectNode object) {
            if (object.has("logprobs")) {
                object.putNull("logprobs");
            }
            for (Map.Entry<String, JsonNode> field : Map.copyOf(fields(object)).entrySet()) {
                if (WHOLE_TEXTS.contains(field.getKey()) && field.getValue().isString()) {
                    PersonalData.Redacted redacted =
                            PersonalData.redact(field.getValue().stringValue(), kinds);
                    redacted.counts().forEach((kind, count) -> whole.merge(kind, count, Integer::sum));
                    object.put(field.getKey(), redacted.text());
                }
            }
        }
        json.forEach(this::redactWhole);
    }

    private static Map<String, JsonNode> fields(ObjectNode object) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        return fields;
    }
}
