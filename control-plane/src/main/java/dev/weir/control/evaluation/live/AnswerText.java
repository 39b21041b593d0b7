package dev.weir.control.evaluation.live;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** What a person would read of requests and answers in OpenAI's form, whole or as a stream of events. */
final class AnswerText {
    private static final String DATA = "data:";

    private AnswerText() {}

    /** The first choice of an answer: its text, and why it ended there. */
    record Choice(String text, String finishReason) {
        private static final Choice NOTHING = new Choice("", "none");

        private Choice then(JsonNode json, String message) {
            JsonNode first = json.path("choices").path(0);
            if (first.path("index").asInt(0) != 0) {
                return this;
            }
            String more = first.has("text")
                    ? first.path("text").asString("")
                    : first.path(message).path("content").asString("");
            return new Choice(text + more, first.path("finish_reason").asString(finishReason));
        }
    }

    /** What was answered; nothing where that has no text. */
    static Optional<Choice> of(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        try {
            Choice answer = text.stripLeading().startsWith("{")
                    ? Choice.NOTHING.then(JsonMapper.shared().readTree(text), "message")
                    : streamed(text);
            return answer.text().isEmpty() ? Optional.empty() : Optional.of(answer);
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    private static Choice streamed(String events) {
        StringBuilder said = new StringBuilder();
        String finishReason = Choice.NOTHING.finishReason();
        for (String line : events.lines().toList()) {
            String data = line.startsWith(DATA) ? line.substring(DATA.length()).strip() : "";
            if (data.startsWith("{")) {
                Choice piece =
                        new Choice("", finishReason).then(JsonMapper.shared().readTree(data), "delta");
                said.append(piece.text());
                finishReason = piece.finishReason();
            }
        }
        return new Choice(said.toString(), finishReason);
    }

    /** What was said before the answer, as messages; nothing where that cannot be told. */
    static Optional<JsonNode> conversation(byte[] body) {
        try {
            JsonNode json = JsonMapper.shared().readTree(body);
            ArrayNode said = JsonMapper.shared().createArrayNode();
            if (json.path("prompt").isString()) {
                said.add(message("user", json.path("prompt")));
            }
            for (JsonNode message : json.path("messages")) {
                if (message.path("content").isString()) {
                    said.add(message(message.path("role").asString("user"), message.path("content")));
                }
            }
            return said.isEmpty() ? Optional.empty() : Optional.of(said);
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    private static JsonNode message(String role, JsonNode content) {
        return JsonMapper.shared().createObjectNode().put("role", role).set("content", content);
    }
}
