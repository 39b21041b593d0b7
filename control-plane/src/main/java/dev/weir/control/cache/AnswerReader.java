package dev.weir.control.cache;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads an answer that is over: whether it is whole, and what it says. */
final class AnswerReader {
    private static final String DATA = "data:";
    private static final String DONE = "[DONE]";
    private static final Set<String> PROPER_ENDS = Set.of("stop", "length", "tool_calls", "function_call");

    private AnswerReader() {}

    /**
     * A whole answer.
     *
     * @param text of its only choice; empty where there are several, or vectors
     * @param ended by the model itself and not by a limit
     */
    record Said(String text, boolean ended) {}

    /** What a whole answer says; nothing where it is not whole or tells of an error. */
    static Optional<Said> read(String contentType, byte[] bytes) {
        String all = new String(bytes, StandardCharsets.UTF_8);
        try {
            return contentType.startsWith("text/event-stream") ? readEvents(all) : readWhole(all);
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    private static Optional<Said> readWhole(String json) {
        JsonNode answer = JsonMapper.shared().readTree(json);
        if (answer.hasNonNull("error")) {
            return Optional.empty();
        }
        if (answer.path("data").isArray()) {
            return Optional.of(new Said("", true));
        }
        return said(List.of(answer));
    }

    private static Optional<Said> readEvents(String events) {
        List<JsonNode> chunks = new ArrayList<>();
        boolean done = false;
        for (String line : events.split("\n", -1)) {
            if (!line.startsWith(DATA)) {
                continue;
            }
            String data = line.substring(DATA.length()).strip();
            if (data.equals(DONE)) {
                done = true;
                continue;
            }
            JsonNode chunk = JsonMapper.shared().readTree(data);
            if (done || chunk.hasNonNull("error")) {
                return Optional.empty();
            }
            chunks.add(chunk);
        }
        return done ? said(chunks) : Optional.empty();
    }

    private static Optional<Said> said(List<JsonNode> parts) {
        StringBuilder text = new StringBuilder();
        Set<Integer> choices = new HashSet<>();
        Set<Integer> ended = new HashSet<>();
        boolean byItself = true;
        for (JsonNode part : parts) {
            for (JsonNode choice : part.path("choices")) {
                int index = choice.path("index").asInt(0);
                choices.add(index);
                text.append(text(choice));
                String reason = choice.path("finish_reason").asString("");
                if (PROPER_ENDS.contains(reason)) {
                    ended.add(index);
                    byItself &= reason.equals("stop");
                }
            }
        }
        boolean whole = !choices.isEmpty() && ended.equals(choices);
        return whole ? Optional.of(new Said(choices.size() == 1 ? text.toString() : "", byItself)) : Optional.empty();
    }

    private static String text(JsonNode choice) {
        JsonNode message = choice.has("delta") ? choice.path("delta") : choice.path("message");
        return message.isObject()
                ? message.path("content").asString("")
                : choice.path("text").asString("");
    }
}
