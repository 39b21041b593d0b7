package dev.weir.control.upstream;

import dev.weir.control.upstream.ServerSentEvents.Event;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Anthropic's events as the chunks of a chat completion. Belongs to one stream. */
final class AnthropicStream {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

    private final long createdEpochSeconds;
    private final ObjectNode usage = JSON.createObjectNode();
    private String id = "";
    private String model = "";
    private int callCount;
    private boolean done;

    private AnthropicStream(long createdEpochSeconds) {
        this.createdEpochSeconds = createdEpochSeconds;
    }

    /** The chunks. An error event, or an end without a stop, fails. */
    static Flux<byte[]> chunks(Flux<Event> events, long createdEpochSeconds) {
        return Flux.defer(() -> {
            AnthropicStream stream = new AnthropicStream(createdEpochSeconds);
            return events.concatMapIterable(stream::read, 1).concatWith(Flux.defer(stream::end));
        });
    }

    private Flux<byte[]> end() {
        return done
                ? Flux.empty()
                : Flux.error(new UpstreamFailure(Kind.BROKEN_OFF, "it ended its answer before the answer was whole"));
    }

    private List<byte[]> read(Event event) {
        JsonNode data = JSON.readTree(event.data());
        List<byte[]> chunks = new ArrayList<>();
        switch (data.path("type").asString("")) {
            case "message_start" -> {
                JsonNode message = data.path("message");
                id = FromAnthropic.id(message);
                model = message.path("model").asString("");
                count(message.path("usage"));
                chunks.add(chunk(delta().put("role", "assistant").put("content", ""), null));
            }
            case "content_block_start" -> begin(data.path("content_block"), chunks);
            case "content_block_delta" -> delta(data.path("delta"), chunks);
            case "message_delta" -> {
                count(data.path("usage"));
                JsonNode stop = data.path("delta").path("stop_reason");
                if (stop.isString()) {
                    chunks.add(chunk(delta(), FromAnthropic.finishReason(stop.asString())));
                }
            }
            case "message_stop" -> {
                done = true;
                ObjectNode last = head();
                last.putArray("choices");
                last.set("usage", FromAnthropic.usage(usage));
                chunks.add(bytes(last));
                chunks.add(DONE);
            }
            case "error" ->
                throw new UpstreamFailure(
                        Kind.BROKEN_OFF,
                        "it ended its answer with "
                                + data.path("error").path("type").asString("an error"));
            default -> {
                // A ping, the end of a block, or an event of a kind that did not exist yet: clients are told to pass
                // over these.
            }
        }
        return chunks;
    }

    private void begin(JsonNode block, List<byte[]> chunks) {
        switch (block.path("type").asString("")) {
            case "tool_use" -> {
                ObjectNode delta = delta();
                ObjectNode call = delta.putArray("tool_calls")
                        .addObject()
                        .put("index", callCount++)
                        .put("id", block.path("id").asString(""))
                        .put("type", "function");
                call.putObject("function")
                        .put("name", block.path("name").asString(""))
                        .put("arguments", "");
                chunks.add(chunk(delta, null));
            }
            case "text" -> text("content", block.path("text"), chunks);
            case "thinking" -> text("reasoning_content", block.path("thinking"), chunks);
            default -> {
                // Of the provider's own tools, which nobody here asked for.
            }
        }
    }

    private void delta(JsonNode from, List<byte[]> chunks) {
        switch (from.path("type").asString("")) {
            case "text_delta" -> text("content", from.path("text"), chunks);
            case "thinking_delta" -> text("reasoning_content", from.path("thinking"), chunks);
            case "input_json_delta" -> {
                ObjectNode delta = delta();
                ObjectNode call = delta.putArray("tool_calls").addObject().put("index", callCount - 1);
                call.putObject("function")
                        .put("arguments", from.path("partial_json").asString(""));
                chunks.add(chunk(delta, null));
            }
            default -> {
                // Signatures and citations have no place in a chat completion.
            }
        }
    }

    private void text(String field, JsonNode text, List<byte[]> chunks) {
        if (!text.asString("").isEmpty()) {
            chunks.add(chunk(delta().put(field, text.asString()), null));
        }
    }

    /** Counts come at the beginning and, all of them or the changed ones, at the end. */
    private void count(JsonNode counts) {
        counts.properties().forEach(field -> {
            if (field.getValue().isNumber()) {
                usage.set(field.getKey(), field.getValue());
            }
        });
    }

    private static ObjectNode delta() {
        return JSON.createObjectNode();
    }

    private byte[] chunk(ObjectNode delta, @Nullable String finishReason) {
        ObjectNode chunk = head();
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.put("finish_reason", finishReason);
        return bytes(chunk);
    }

    private ObjectNode head() {
        return JSON.createObjectNode()
                .put("id", id)
                .put("object", "chat.completion.chunk")
                .put("created", createdEpochSeconds)
                .put("model", model);
    }

    private static byte[] bytes(ObjectNode chunk) {
        return ServerSentEvents.bytes(new Event("", chunk.toString()));
    }
}
