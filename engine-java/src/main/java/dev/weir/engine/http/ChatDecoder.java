package dev.weir.engine.http;

import dev.weir.engine.answer.AnswerRules;
import dev.weir.engine.answer.ReasoningFormat;
import dev.weir.engine.http.GenerationDecoder.Prompts;
import dev.weir.engine.http.GenerationDecoder.Reading;
import dev.weir.engine.http.GenerationDecoder.Wanted;
import dev.weir.engine.http.GenerationEndpoint.Decoded;
import dev.weir.engine.model.ChatMessage;
import dev.weir.engine.model.ChatTemplate;
import dev.weir.engine.model.ChatTemplateException;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.tokenization.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Decodes {@code /v1/chat/completions}: renders the conversation by the model's template and tokenizes it. Special tokens that a caller
 * spells are text like any other, or whoever writes a message could end it there and open somebody else's.
 */
record ChatDecoder(Serving serving, GenerationDecoder generation) {

    private static final int MESSAGES_MAX = 4096;

    /** Templates make a role part of the structure, so it cannot be just any text. */
    private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    /** What a template gets from the request and the model's own files. */
    private static final Set<String> RENDERER_VARIABLES =
            Set.of("messages", "tools", "add_generation_prompt", "bos_token", "eos_token");

    /** The request of a chat completion. */
    Decoded chat(byte[] body) {
        GenerationCall call = decode(JsonFields.of(Json.parseObject(body)));
        return new Decoded(call, head -> new ChatFormat(head, call.answer(), call.logprobs()));
    }

    GenerationCall decode(JsonFields fields) {
        ServedModel model = serving.model(fields.text("model"));
        UnsupportedFields.checkChat(fields);
        Wanted wanted = new Wanted(logprobCount(fields), GenerationDecoder.outputTokensMax(fields, 1, 0), false, false);
        RequestedTools tools = RequestedTools.of(fields);
        PromptEncoder encoder = encoder(fields, model);
        String text = text(fields, model, tools, encoder::callers);
        Prompts prompts = new Prompts("messages", List.of(ids(fields, encoder, text)));
        return generation.decode(fields, model, prompts, wanted, reading(fields, model, tools, text));
    }

    private static Reading reading(JsonFields fields, ServedModel model, RequestedTools tools, String prompt) {
        RequestedForm form = RequestedForm.of(fields);
        RequestedForm demanded = tools.form();
        if (form != null && demanded != null && !form.isDocument()) {
            throw fields.refuse("tool_choice", "demands a call, which cannot have the form of " + form.field());
        }
        // Where a call is demanded there is no content that could have the form of a document.
        RequestedForm document = demanded != null ? demanded : form != null && form.isDocument() ? form : null;
        ReasoningFormat ofModel = model.answers().reasoning();
        boolean open = ofModel.isOpenAfter(prompt) && (form == null || document != null);
        // Whoever demands a call gets it, without thoughts that nobody began.
        ReasoningFormat reasoning = demanded == null || open ? ofModel : ReasoningFormat.NONE;
        AnswerRules rules = new AnswerRules(
                reasoning,
                open,
                tools.format(model.answers().calls()),
                tools.offered(),
                tools.callsMax(),
                document != null);
        return new Reading(
                answerForm(fields, tools, rules, form, document), rules, marksAreSpecial(rules, model.tokenizer()));
    }

    private static @Nullable RequestedForm answerForm(
            JsonFields fields,
            RequestedTools tools,
            AnswerRules rules,
            @Nullable RequestedForm form,
            @Nullable RequestedForm document) {
        if (document != null) {
            return CallForms.documentOrCalls(document, tools, rules);
        }
        return form != null ? form : CallForms.leftToModel(fields, tools, rules);
    }

    private static boolean marksAreSpecial(AnswerRules rules, Tokenizer tokenizer) {
        return rules.marks().stream()
                .map(mark -> tokenizer.encode(mark, false))
                .anyMatch(ids -> ids.length == 1 && tokenizer.tokenBytes(ids[0]).length == 0);
    }

    private static int logprobCount(JsonFields fields) {
        boolean logprobs = fields.flag("logprobs", false);
        int top = fields.integer("top_logprobs", 0, SamplingParams.LOGPROB_COUNT_MAX, 0);
        if (top > 0 && !logprobs) {
            throw fields.refuse("top_logprobs", "needs logprobs set to true");
        }
        return logprobs ? top : SamplingParams.NO_LOGPROBS;
    }

    /** The ids of the rendered conversation. The template wrote every special token itself, so none is added. */
    static int[] prompt(JsonFields fields, ServedModel model) {
        PromptEncoder encoder = encoder(fields, model);
        return ids(fields, encoder, text(fields, model, RequestedTools.of(fields), encoder::callers));
    }

    private static PromptEncoder encoder(JsonFields fields, ServedModel model) {
        return PromptEncoder.of(fields, model.tokenizer(), false, false);
    }

    private static int[] ids(JsonFields fields, PromptEncoder encoder, String text) {
        int[] ids = encoder.encode(text);
        if (ids.length == 0) {
            throw fields.refuse("messages", "give an empty prompt");
        }
        return ids;
    }

    /**
     * The rendered conversation.
     *
     * @param callers applied to what the request says, before the template sees it
     */
    static String text(JsonFields fields, ServedModel model, RequestedTools tools, UnaryOperator<String> callers) {
        ChatTemplate template = model.chatTemplate();
        if (template == null) {
            throw new ApiException(ApiError.badField(
                    "messages",
                    "the model " + model.name() + " has no chat template: use /v1/completions, or add a"
                            + " chat_template.jinja to its directory"));
        }
        List<ChatMessage> messages = messages(fields);
        boolean generationPrompt = fields.flag("add_generation_prompt", true);
        if (!tools.shown().isEmpty() && tools.form() == null && !model.answers().showsTools()) {
            throw fields.refuse(
                    "tools",
                    "are not shown by the chat template of " + model.name()
                            + ": leave them out, or demand a call by tool_choice");
        }
        Map<String, Object> extras = extras(fields);
        if (!tools.shown().isEmpty()) {
            extras.put("tools", tools.shown().stream().map(ChatDecoder::plain).toList());
        }
        try {
            return template.render(messages, generationPrompt, extras, callers);
        } catch (ChatTemplateException e) {
            throw fields.refuse("messages", "cannot be rendered by the model's chat template: " + e.getMessage());
        }
    }

    private static Map<String, Object> extras(JsonFields fields) {
        Map<String, Object> extras = new LinkedHashMap<>();
        fields.text("reasoning_effort").ifPresent(effort -> extras.put("reasoning_effort", effort));
        fields.object("chat_template_kwargs")
                .ifPresent(kwargs -> kwargs.json().properties().forEach(entry -> {
                    if (RENDERER_VARIABLES.contains(entry.getKey())) {
                        throw kwargs.refuse(entry.getKey(), "is set by the request itself, not here");
                    }
                    Object value = plain(entry.getValue());
                    if (value != null) {
                        extras.put(entry.getKey(), value);
                    }
                }));
        return extras;
    }

    private static List<ChatMessage> messages(JsonFields fields) {
        if (!(fields.get("messages") instanceof ArrayNode array) || array.isEmpty()) {
            throw fields.refuse("messages", "must be a list of at least one message");
        }
        fields.requireCount("messages", array, MESSAGES_MAX);
        List<ChatMessage> messages = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            messages.add(message(array.get(i), "messages[" + i + "]"));
        }
        return messages;
    }

    private static ChatMessage message(JsonNode json, String name) {
        if (!(json instanceof ObjectNode object)) {
            throw new ApiException(ApiError.badField(name, name + " must be an object"));
        }
        JsonFields message = new JsonFields(object, name + ".");
        String role = message.text("role").orElse("");
        if (role.isEmpty()) {
            throw message.refuse("role", "is missing");
        }
        if (!ROLE.matcher(role).matches()) {
            throw message.refuse("role", "must consist of at most 64 of the characters A-Z a-z 0-9 _ . -");
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        object.properties().forEach(entry -> values.put(entry.getKey(), plain(entry.getValue())));
        values.put("content", content(message, object.has("tool_calls")));
        return new ChatMessage(values);
    }

    /** Text parts become one text, a line each, as most templates expect. */
    private static @Nullable String content(JsonFields message, boolean mayBeAbsent) {
        JsonNode content = message.get("content");
        return switch (content) {
            case null -> {
                if (!mayBeAbsent) {
                    throw message.refuse("content", "is missing");
                }
                yield null;
            }
            case ArrayNode parts -> {
                StringJoiner text = new StringJoiner("\n");
                for (JsonNode part : parts) {
                    if (!"text".equals(part.path("type").asString(""))
                            || !part.path("text").isString()) {
                        throw message.refuse("content", "may only have parts of type text with a text");
                    }
                    text.add(part.path("text").stringValue());
                }
                yield text.toString();
            }
            default -> {
                if (!content.isString()) {
                    throw message.refuse("content", "must be a string or a list of parts");
                }
                yield content.stringValue();
            }
        };
    }

    /** JSON as the plain values that templates work on. */
    private static @Nullable Object plain(JsonNode json) {
        return switch (json) {
            case ObjectNode object -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                object.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
                yield map;
            }
            case ArrayNode array -> {
                List<@Nullable Object> list = new ArrayList<>(array.size());
                array.forEach(element -> list.add(plain(element)));
                yield list;
            }
            case JsonNode text when text.isString() -> text.stringValue();
            case JsonNode flag when flag.isBoolean() -> flag.booleanValue();
            case JsonNode integer when integer.isIntegralNumber() && integer.canConvertToLong() -> integer.longValue();
            case JsonNode number when number.isNumber() -> number.doubleValue();
            default -> null;
        };
    }
}
