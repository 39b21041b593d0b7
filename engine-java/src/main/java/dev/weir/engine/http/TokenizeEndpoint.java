package dev.weir.engine.http;

import dev.weir.engine.http.Arrival.WireRequest;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Text, or a conversation, to token ids, in vLLM's shape, and back; and a conversation to text. */
record TokenizeEndpoint(Serving serving, Workers workers) {

    private static final int TOKENS_MAX = 1 << 20;

    void tokenize(WireRequest request, Exchange exchange) {
        workers.run(exchange, () -> {
            ObjectNode answer = tokenize(JsonFields.of(Json.parseObject(request.body())));
            return () -> exchange.respond(200, answer);
        });
    }

    void detokenize(WireRequest request, Exchange exchange) {
        workers.run(exchange, () -> {
            ObjectNode answer = detokenize(JsonFields.of(Json.parseObject(request.body())));
            return () -> exchange.respond(200, answer);
        });
    }

    /** A conversation as the text that its model gets. Sent back as a prompt, special tokens that its messages spell would count as such. */
    void applyTemplate(WireRequest request, Exchange exchange) {
        workers.run(exchange, () -> {
            JsonFields fields = JsonFields.of(Json.parseObject(request.body()));
            ServedModel model = serving.model(fields.text("model"));
            String text = ChatDecoder.text(fields, model, RequestedTools.of(fields), UnaryOperator.identity());
            return () -> exchange.respond(200, Json.object().put("prompt", text));
        });
    }

    private ObjectNode tokenize(JsonFields fields) {
        ServedModel model = serving.model(fields.text("model"));
        int[] ids = fields.has("messages")
                ? ChatDecoder.prompt(fields, model)
                : PromptEncoder.of(fields, model.tokenizer(), true, true)
                        .encodeCallers(fields.text("prompt").orElseThrow(() -> fields.refuse("prompt", "is missing")));
        ObjectNode answer = Json.object();
        answer.put("count", ids.length).put("max_model_len", model.contextTokensMax());
        answer.set("tokens", AnswerFormat.array(ids));
        if (fields.flag("return_token_strs", false)) {
            ArrayNode texts = answer.putArray("token_strs");
            Arrays.stream(ids).forEach(id -> texts.add(model.tokenizer().tokenText(id)));
        }
        return answer;
    }

    private ObjectNode detokenize(JsonFields fields) {
        ServedModel model = serving.model(fields.text("model"));
        if (!fields.has("tokens")) {
            throw fields.refuse("tokens", "is missing");
        }
        int[] ids = fields.ids("tokens", TOKENS_MAX);
        for (int id : ids) {
            if (id >= model.tokenizer().vocabSize()) {
                throw fields.refuse(
                        "tokens",
                        "holds " + id + ", the vocabulary has ids 0 to "
                                + (model.tokenizer().vocabSize() - 1));
            }
        }
        return Json.object().put("prompt", model.tokenizer().decode(ids, false));
    }
}
