package dev.weir.control.ingress;

import dev.weir.control.upstream.ServerSentEvents;
import dev.weir.control.upstream.ServerSentEvents.Event;
import java.io.ByteArrayOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The chunks of a chat completion as Anthropic's events. Belongs to one stream. */
final class MessagesStream {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String NO_BLOCK = "";

    private final String requestId;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private boolean begun;
    private String block = NO_BLOCK;
    private int blockIndex = -1;
    private JsonNode usage = JSON.createObjectNode();
    private JsonNode lastChoice = JSON.createObjectNode();

    MessagesStream(String requestId) {
        this.requestId = requestId;
    }

    /** Whole events in, whole events out; sometimes none. */
    byte[] translate(byte[] events) {
        out.reset();
        for (Event event : ServerSentEvents.in(events)) {
            if (event.data().startsWith("[DONE]")) {
                end();
            } else {
                read(JSON.readTree(event.data()));
            }
        }
        return out.toByteArray();
    }

    private void read(JsonNode chunk) {
        if (chunk.has("error")) {
            String message = chunk.path("error").path("message").asString("");
            tell(MessagesAnswer.error(500, message, requestId));
            return;
        }
        if (chunk.path("usage").isObject()) {
            usage = chunk.path("usage");
        }
        if (!begun) {
            begun = true;
            ObjectNode message = MessagesAnswer.head(chunk, JSON.createArrayNode());
            message.putNull("stop_reason").putNull("stop_sequence");
            message.set("usage", MessagesAnswer.usage(usage));
            tell(JSON.createObjectNode().put("type", "message_start").set("message", message));
        }
        JsonNode choice = chunk.path("choices").path(0);
        JsonNode delta = choice.path("delta");
        piece("thinking", "thinking_delta", "thinking", MessagesAnswer.reasoning(delta));
        piece("text", "text_delta", "text", delta.path("content").asString(""));
        delta.path("tool_calls").values().forEach(this::call);
        if (choice.path("finish_reason").isString()) {
            lastChoice = choice;
        }
    }

    private void piece(String kind, String deltaType, String field, String text) {
        if (text.isEmpty()) {
            return;
        }
        if (!block.equals(kind)) {
            begin(
                    kind,
                    kind.equals("text")
                            ? JSON.createObjectNode().put("type", "text").put("text", "")
                            : MessagesAnswer.thinkingBlock());
        }
        delta(JSON.createObjectNode().put("type", deltaType).put(field, text));
    }

    private void call(JsonNode call) {
        JsonNode function = call.path("function");
        String kind = "call " + call.path("index").asInt(0);
        if (!block.equals(kind)) {
            begin(
                    kind,
                    MessagesAnswer.callBlock(
                            call.path("id").asString(""), function.path("name").asString("")));
        }
        String arguments = function.path("arguments").asString("");
        if (!arguments.isEmpty()) {
            delta(JSON.createObjectNode().put("type", "input_json_delta").put("partial_json", arguments));
        }
    }

    private void begin(String kind, ObjectNode content) {
        endBlock();
        block = kind;
        ObjectNode event =
                JSON.createObjectNode().put("type", "content_block_start").put("index", ++blockIndex);
        tell(event.set("content_block", content));
    }

    private void delta(ObjectNode delta) {
        ObjectNode event =
                JSON.createObjectNode().put("type", "content_block_delta").put("index", blockIndex);
        tell(event.set("delta", delta));
    }

    private void endBlock() {
        if (!block.equals(NO_BLOCK)) {
            tell(JSON.createObjectNode().put("type", "content_block_stop").put("index", blockIndex));
            block = NO_BLOCK;
        }
    }

    private void end() {
        endBlock();
        ObjectNode event = JSON.createObjectNode().put("type", "message_delta");
        event.putObject("delta")
                .put("stop_reason", MessagesAnswer.stopReason(lastChoice))
                .set("stop_sequence", MessagesAnswer.stopSequence(lastChoice));
        tell(event.set("usage", MessagesAnswer.usage(usage)));
        tell(JSON.createObjectNode().put("type", "message_stop"));
    }

    private void tell(JsonNode event) {
        out.writeBytes(ServerSentEvents.bytes(new Event(event.path("type").asString(), event.toString())));
    }
}
