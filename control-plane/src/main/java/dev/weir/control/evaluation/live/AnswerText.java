package dev.weir.control.evaluation.live;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a person would read of requests and answers in OpenAI's form, whole or as a stream of events. */
final class AnswerText {
    private static final String DATA = "data:";

    private AnswerText() {}

    /** The text of the first choice; nothing where there is none. */
    static Optional<String> of(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        try {
            String answer = text.stripLeading().startsWith("{")
                    ? choice(JsonMapper.shared().readTree(text), "message")
                    : streamed(text);
            return answer.isEmpty() ? Optional.empty() : Optional.of(answer);
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    private static String streamed(String events) {
        StringBuilder answer = new StringBuilder();
        for (String line : events.lines().toList()) {
            String data = line.startsWith(DATA) ? line.substring(DATA.length()).strip() : "";
            if (data.startsWith("{")) {
                answer.append(choice(JsonMapper.shared().readTree(data), "delta"));
            }
        }
        return answer.toString();
    }

    private static String choice(JsonNode json, String message) {
        JsonNode first = json.path("choices").path(0);
        if (first.path("index").asInt(0) != 0) {
            return "";
        }
        return first.has("text")
                ? first.path("text").asString("")
                : first.path(message).path("content").asString("");
    }

    /** What was said before the answer; the last thing that the user said stands last. */
    static Optional<String> question(byte[] body) {
        try {
            JsonNode json = JsonMapper.shared().readTree(body);
            if (json.path("prompt").isString()) {
                return Optional.of(json.path("prompt").asString());
            }
            StringBuilder said = new StringBuilder();
            for (JsonNode message : json.path("messages")) {
                JsonNode content = message.path("content");
                if (content.isString()) {
                    said.append(said.isEmpty() ? "" : "\n\n").append(content.asString());
                }
            }
            return said.isEmpty() ? Optional.empty() : Optional.of(said.toString());
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }
}
