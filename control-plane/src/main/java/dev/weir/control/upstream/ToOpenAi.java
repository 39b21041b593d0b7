package dev.weir.control.upstream;

import dev.weir.control.completion.JsonBody;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A chat request of ours as OpenAI takes it: its own fields and no others. */
final class ToOpenAi {
    private ToOpenAi() {}

    /**
     * The request.
     *
     * @param outputTokensUnsaid for an answer whose length nobody limited: as much is reserved
     */
    static JsonBody request(ObjectNode chat, String model, boolean stream, int outputTokensUnsaid) {
        ChatFields fields = new ChatFields(chat);
        ObjectNode request = JsonMapper.shared().createObjectNode().put("model", model);
        request.set("messages", messages(fields.take("messages")));
        fields.copy(
                request,
                "temperature",
                "top_p",
                "n",
                "seed",
                "stop",
                "presence_penalty",
                "frequency_penalty",
                "logprobs",
                "top_logprobs",
                "tools",
                "tool_choice",
                "parallel_tool_calls",
                "response_format",
                "reasoning_effort",
                "verbosity");
        // The name that its models of today want; those of yesterday know it, too.
        request.put("max_completion_tokens", fields.outputTokensMax().orElse(outputTokensUnsaid));
        fields.requireNothingElse();
        if (stream) {
            request.put("stream", true).putObject("stream_options").put("include_usage", true);
        }
        return new JsonBody(JsonMapper.shared().writeValueAsBytes(request));
    }

    /** Reasoning is what an engine of ours told; OpenAI does not take it back. */
    private static JsonNode messages(JsonNode messages) {
        JsonNode copied = messages.deepCopy();
        for (JsonNode message : copied.values()) {
            if (message instanceof ObjectNode fields) {
                fields.remove("reasoning_content");
                fields.remove("reasoning");
            }
        }
        return copied;
    }
}
