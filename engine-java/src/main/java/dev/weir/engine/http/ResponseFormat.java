package dev.weir.engine.http;

import dev.weir.engine.answer.AnswerPart;
import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.TokenEvent.Finished;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's {@code response}: a list of items, told as the events by which it grows; whole, it is what they come to. Of one sequence. */
final class ResponseFormat implements AnswerFormat {

    private static final String COMPLETED = "completed";
    private static final String INCOMPLETE = "incomplete";
    private static final String IN_PROGRESS = "in_progress";

    /** What kinds of items there are, and how their events are called. */
    private enum Kind {
        REASONING("rs_", "response.reasoning_text", "text"),
        MESSAGE("msg_", "response.output_text", "text"),
        CALL("fc_", "response.function_call_arguments", "arguments");

        private final String idPrefix;
        private final String events;
        private final String whole;

        Kind(String idPrefix, String events, String whole) {
            this.idPrefix = idPrefix;
            this.events = events;
            this.whole = whole;
        }
    }

    /** The item that is being written. */
    private record Open(Kind kind, ObjectNode json, StringBuilder text, ArrayNode logprobs) {}

    private final AnswerHead head;
    private final ObjectNode request;
    private final @Nullable LogprobsJson logprobs;
    private final CallIds callIds;
    private final ArrayNode output = Json.array();
    private List<ObjectNode> events = new ArrayList<>();
    private @Nullable Open open;
    private int eventCount;

    /**
     * One that tells the request what it asked for.
     *
     * @param logprobs of the message's tokens; null where nobody asked
     */
    ResponseFormat(AnswerHead head, ObjectNode request, @Nullable LogprobsJson logprobs) {
        this.head = head;
        this.request = request;
        this.logprobs = logprobs;
        callIds = new CallIds(head.id());
    }

    @Override
    public AnswerHead head() {
        return head;
    }

    @Override
    public boolean namesEvents() {
        return true;
    }

    @Override
    public List<ObjectNode> chunks(Sequence sequence) {
        if (sequence.open()) {
            event("response.created").set("response", response(IN_PROGRESS, null));
            event("response.in_progress").set("response", response(IN_PROGRESS, null));
        }
        ArrayNode told = logprobs == null ? Json.array() : logprobs.each(sequence.contentTokens());
        for (AnswerPart part : sequence.parts()) {
            tell(part, told);
            told = part instanceof AnswerPart.Content ? Json.array() : told; // with the first of it
        }
        Finished finished = sequence.finished();
        if (finished != null) {
            String status = finished.reason() == FinishReason.LENGTH ? INCOMPLETE : COMPLETED;
            close(status);
            if (output.isEmpty()) { // an answer without a word has a message all the same
                begin(Kind.MESSAGE, "");
                close(status);
            }
            event("response." + status).set("response", response(status, sequence));
        }
        List<ObjectNode> happened = events;
        events = new ArrayList<>();
        return happened;
    }

    @Override
    public boolean isResumable() {
        return logprobs == null; // the last events repeat all of them, and of what was told elsewhere there are none
    }

    @Override
    public void goOnBehind(int eventsTold) {
        eventCount = eventsTold;
    }

    @Override
    public ObjectNode whole(List<Sequence> sequences) {
        return chunks(sequences.getFirst()).getLast().path("response").asObject();
    }

    private void tell(AnswerPart part, ArrayNode contentLogprobs) {
        switch (part) {
            case AnswerPart.Reasoning(String text) -> add(Kind.REASONING, text, Json.array());
            case AnswerPart.Content(String text) -> add(Kind.MESSAGE, text, contentLogprobs);
            case AnswerPart.CallBegin(int index, String name) -> {
                close(COMPLETED);
                begin(Kind.CALL, name).put("call_id", callIds.id(0, index));
                event("response.output_item.added").set("item", current().json().deepCopy());
            }
            case AnswerPart.CallArguments arguments -> delta(arguments.text(), Json.array());
        }
    }

    private void add(Kind kind, String text, ArrayNode itsLogprobs) {
        if (open == null || open.kind() != kind) {
            close(COMPLETED);
            begin(kind, "");
        }
        delta(text, itsLogprobs);
    }

    private Open current() {
        return Objects.requireNonNull(open, "no item is open");
    }

    /** Opens an item. Of a call, the event that says so waits for its id. */
    private ObjectNode begin(Kind kind, String name) {
        String id = kind.idPrefix + head.id().substring(head.id().indexOf('_') + 1) + "_" + output.size();
        ObjectNode item = Json.object().put("id", id);
        open = new Open(kind, item, new StringBuilder(), Json.array());
        switch (kind) {
            case REASONING ->
                item.put("type", "reasoning").put("status", IN_PROGRESS).putArray("summary");
            case MESSAGE ->
                item.put("type", "message").put("status", IN_PROGRESS).put("role", "assistant");
            case CALL ->
                item.put("type", "function_call")
                        .put("status", IN_PROGRESS)
                        .put("name", name)
                        .put("arguments", "");
        }
        if (kind != Kind.CALL) {
            item.putArray("content");
            event("response.output_item.added").set("item", item.deepCopy());
            partEvent("response.content_part.added", current());
        }
        return item;
    }

    private void delta(String text, ArrayNode itsLogprobs) {
        Open item = current();
        item.text().append(text);
        item.logprobs().addAll(itsLogprobs);
        ObjectNode event = itemEvent(item.kind().events + ".delta", item).put("delta", text);
        if (item.kind() == Kind.MESSAGE) {
            event.set("logprobs", itsLogprobs);
        }
    }

    private void close(String status) {
        Open item = open;
        if (item == null) {
            return;
        }
        String text = item.text().toString();
        ObjectNode done = itemEvent(item.kind().events + ".done", item).put(item.kind().whole, text);
        item.json().put("status", status);
        switch (item.kind()) {
            case CALL -> {
                done.set("name", item.json().get("name"));
                item.json().put("arguments", text);
            }
            case MESSAGE, REASONING -> {
                if (item.kind() == Kind.MESSAGE) {
                    done.set("logprobs", item.logprobs());
                }
                partEvent("response.content_part.done", item);
                item.json().putArray("content").add(part(item));
            }
        }
        event("response.output_item.done").set("item", item.json().deepCopy());
        output.add(item.json());
        open = null;
    }

    /** What the item has so far. */
    private static ObjectNode part(Open item) {
        String text = item.text().toString();
        if (item.kind() == Kind.REASONING) {
            return Json.object().put("type", "reasoning_text").put("text", text);
        }
        ObjectNode part = Json.object().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.set("logprobs", item.logprobs().deepCopy());
        return part;
    }

    private void partEvent(String type, Open item) {
        itemEvent(type, item).set("part", part(item));
    }

    private ObjectNode itemEvent(String type, Open item) {
        ObjectNode event = event(type);
        event.set("item_id", item.json().get("id"));
        if (item.kind() != Kind.CALL) {
            event.put("content_index", 0);
        }
        return event;
    }

    /** An event; all but those about the response as a whole say which item they are about. */
    private ObjectNode event(String type) {
        ObjectNode event = Json.object().put("type", type).put("sequence_number", eventCount++);
        if (open != null) {
            event.put("output_index", output.size());
        }
        events.add(event);
        return event;
    }

    private ObjectNode response(String status, @Nullable Sequence ended) {
        ObjectNode response = Json.object()
                .put("id", head.id())
                .put("object", "response")
                .put("created_at", head.createdSeconds())
                .put("status", status)
                .put("background", false)
                .putNull("error")
                .putNull("incomplete_details");
        if (status.equals(INCOMPLETE)) {
            response.putObject("incomplete_details").put("reason", "max_output_tokens");
        }
        echo(response, "instructions", Json.object().nullNode());
        echo(response, "max_output_tokens", Json.object().nullNode());
        response.put("model", head.model()).set("output", output.deepCopy());
        echo(response, "parallel_tool_calls", Json.object().booleanNode(true));
        response.putNull("previous_response_id").put("store", false).put("truncation", "disabled");
        echo(response, "reasoning", Json.object().putNull("effort").putNull("summary"));
        echo(response, "temperature", Json.object().nullNode());
        ObjectNode text = Json.object();
        text.putObject("format").put("type", "text");
        echo(response, "text", text);
        echo(response, "tool_choice", Json.object().stringNode("auto"));
        echo(response, "tools", Json.array());
        echo(response, "top_p", Json.object().nullNode());
        echo(response, "metadata", Json.object());
        echo(response, "user", Json.object().nullNode());
        response.set("usage", ended == null ? null : usage(ended));
        return response;
    }

    private void echo(ObjectNode response, String name, JsonNode absent) {
        JsonNode value = request.get(name);
        response.set(name, value == null || value.isNull() ? absent : value);
    }

    private static ObjectNode usage(Sequence sequence) {
        ObjectNode chat = AnswerFormat.usage(List.of(sequence));
        ObjectNode usage = Json.object();
        usage.set("input_tokens", chat.get("prompt_tokens"));
        // What is not billed apart is written to no cache; OpenAI's clients insist on the field.
        usage.set(
                "input_tokens_details",
                chat.get("prompt_tokens_details").asObject().put("cache_write_tokens", 0));
        usage.set("output_tokens", chat.get("completion_tokens"));
        usage.set("output_tokens_details", chat.get("completion_tokens_details"));
        usage.set("total_tokens", chat.get("total_tokens"));
        return usage;
    }
}
