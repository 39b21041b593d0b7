package dev.weir.engine.http;

import dev.weir.engine.http.GenerationEndpoint.Decoded;
import dev.weir.engine.request.SamplingParams;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Decodes {@code /v1/responses} into the chat completion that asks for the same. Nothing is kept between requests, so a request has to bring
 * all of the conversation, and whatever refers to something kept is refused.
 */
record ResponseDecoder(ChatDecoder chat) {

    /** What chat has under another name or in another shape, or not at all. */
    private static final Set<String> OWN_FIELDS = Set.of(
            "input",
            "instructions",
            "max_output_tokens",
            "text",
            "tools",
            "tool_choice",
            "reasoning",
            "truncation",
            "include",
            "store",
            "background",
            "stream_options",
            "max_tool_calls");

    private static final String LOGPROBS = "message.output_text.logprobs";
    private static final int INCLUDES_MAX = 16;
    private static final List<String> KEPT_ELSEWHERE = List.of("previous_response_id", "conversation", "prompt");
    private static final List<String> CHATS_OWN =
            List.of("messages", "n", "max_tokens", "max_completion_tokens", "logprobs", "response_format");

    /** Fields of chat as callers of this endpoint know them. */
    private static final Map<String, String> NAMES = Map.of(
            "max_completion_tokens", "max_output_tokens",
            "messages", "input",
            "reasoning_effort", "reasoning.effort",
            "response_format.json_schema", "text.format",
            "response_format", "text.format",
            ".function.", ".");

    Decoded decode(byte[] body) {
        JsonFields fields = JsonFields.of(Json.parseObject(body));
        checkStateless(fields);
        ObjectNode asChat = translated(fields);
        try {
            GenerationCall call = chat.decode(JsonFields.of(asChat));
            ObjectNode request = fields.json();
            LogprobsJson logprobs = call.answer().wantsLogprobs() ? call.logprobs() : null;
            return new Decoded(call, head -> new ResponseFormat(head, request, logprobs));
        } catch (ApiException refusal) {
            throw new ApiException(renamed(refusal.error()));
        }
    }

    private static void checkStateless(JsonFields fields) {
        for (String name : KEPT_ELSEWHERE) {
            if (fields.has(name)) {
                throw new ApiException(ApiError.notSupported(
                        name, name + " is not supported: nothing is kept here, send the whole conversation as input"));
            }
        }
        for (String name : CHATS_OWN) {
            if (fields.has(name)) {
                throw new ApiException(
                        ApiError.notSupported(name, name + " is not supported here: use /v1/chat/completions"));
            }
        }
        if (fields.flag("background", false)) {
            throw new ApiException(
                    ApiError.notSupported("background", "background is not supported: nothing is kept here"));
        }
        fields.flag("store", false); // either way nothing is kept, and the answer says so
        if (!fields.text("truncation").orElse("disabled").equals("disabled")) {
            throw new ApiException(ApiError.notSupported(
                    "truncation", "truncation is not supported: a conversation that is too long is refused"));
        }
    }

    /** Log-probabilities come where they are included, and with them their rivals. */
    private static boolean wantsLogprobs(JsonFields fields) {
        boolean wants = fields.texts("include", INCLUDES_MAX).contains(LOGPROBS);
        if (!wants && fields.integer("top_logprobs", 0, SamplingParams.LOGPROB_COUNT_MAX, 0) > 0) {
            throw fields.refuse("top_logprobs", "needs " + LOGPROBS + " in include");
        }
        return wants;
    }

    private static ObjectNode translated(JsonFields fields) {
        ObjectNode asChat = Json.object();
        fields.json().properties().forEach(entry -> {
            if (!OWN_FIELDS.contains(entry.getKey())) {
                asChat.set(entry.getKey(), entry.getValue());
            }
        });
        asChat.set("messages", ResponseInput.messages(fields));
        JsonNode tokensMax = fields.get("max_output_tokens");
        if (tokensMax != null) {
            asChat.set("max_completion_tokens", tokensMax);
        }
        fields.object("reasoning")
                .flatMap(reasoning -> reasoning.text("effort"))
                .ifPresent(effort -> asChat.put("reasoning_effort", effort));
        fields.object("text")
                .flatMap(text -> text.object("format"))
                .ifPresent(format -> asChat.set("response_format", format(format)));
        if (wantsLogprobs(fields)) {
            asChat.put("logprobs", true);
        }
        tools(fields, asChat);
        return asChat;
    }

    private static ObjectNode format(JsonFields format) {
        ObjectNode asChat = Json.object();
        asChat.put("type", format.text("type").orElse(""));
        if (format.has("schema")) {
            ObjectNode described = format.json().deepCopy();
            described.remove("type");
            asChat.set("json_schema", described);
        }
        return asChat;
    }

    private static void tools(JsonFields fields, ObjectNode asChat) {
        if (fields.get("tools") instanceof ArrayNode tools) {
            ArrayNode list = asChat.putArray("tools");
            tools.forEach(tool -> list.add(nested(tool)));
        } else if (fields.has("tools")) {
            throw fields.refuse("tools", "must be a list of tools");
        }
        JsonNode choice = fields.get("tool_choice");
        if (choice != null) {
            asChat.set("tool_choice", nested(choice));
        }
    }

    /** What stands beside the type here stands under its name in chat. */
    private static JsonNode nested(JsonNode flat) {
        if (!(flat instanceof ObjectNode object)
                || !object.path("type").asString("").equals("function")) {
            return flat;
        }
        ObjectNode function = object.deepCopy();
        function.remove("type");
        ObjectNode nested = Json.object().put("type", "function");
        nested.set("function", function);
        return nested;
    }

    private static ApiError renamed(ApiError error) {
        String param = error.param();
        if (param == null) {
            return error;
        }
        for (Map.Entry<String, String> name : NAMES.entrySet()) {
            String chats = name.getKey();
            if (param.startsWith(chats) || (chats.startsWith(".") && param.contains(chats))) {
                return error.renamed(
                        param.replace(chats, name.getValue()), error.message().replace(chats, name.getValue()));
            }
        }
        return error;
    }
}
