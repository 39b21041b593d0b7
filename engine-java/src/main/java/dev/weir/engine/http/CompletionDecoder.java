package dev.weir.engine.http;

import dev.weir.engine.http.GenerationDecoder.Prompts;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.tokenization.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Decodes {@code /v1/completions}: a prompt as text or as token ids, or a list of either. */
record CompletionDecoder(Serving serving, GenerationDecoder generation, HttpLimits limits) {

    /** OpenAI's default for text completions. */
    private static final int OUTPUT_TOKENS_DEFAULT = 16;

    GenerationCall decode(byte[] body) {
        JsonFields fields = JsonFields.of(Json.parseObject(body));
        ServedModel model = serving.model(fields.text("model"));
        UnsupportedFields.check(fields);
        int logprobCount = fields.integer("logprobs", 0, SamplingParams.LOGPROB_COUNT_MAX, SamplingParams.NO_LOGPROBS);
        int outputTokensMax = GenerationDecoder.outputTokensMax(fields, OUTPUT_TOKENS_DEFAULT);
        boolean specialTokens = fields.flag("add_special_tokens", true);
        Prompts prompts = new Prompts("prompt", prompts(fields, model.tokenizer(), specialTokens));
        return generation.decode(fields, model, prompts, logprobCount, outputTokensMax);
    }

    private List<int[]> prompts(JsonFields fields, Tokenizer tokenizer, boolean specialTokens) {
        JsonNode prompt = fields.get("prompt");
        if (prompt instanceof ArrayNode array
                && !array.isEmpty()
                && !array.get(0).isIntegralNumber()) {
            fields.requireCount("prompt", array, limits.promptsMax());
            List<int[]> prompts = new ArrayList<>(array.size());
            for (JsonNode element : array) {
                prompts.add(prompt(fields, element, tokenizer, specialTokens));
            }
            return prompts;
        }
        return List.of(prompt(fields, prompt, tokenizer, specialTokens));
    }

    private static int[] prompt(
            JsonFields fields, @Nullable JsonNode prompt, Tokenizer tokenizer, boolean specialTokens) {
        int[] ids = switch (prompt) {
            case null -> throw fields.refuse("prompt", "is missing");
            case ArrayNode array -> fields.ids(array, "prompt");
            case JsonNode text when text.isString() -> tokenizer.encode(text.stringValue(), specialTokens);
            default -> throw fields.refuse("prompt", "must be a string, a list of token ids, or a list of either");
        };
        if (ids.length == 0) {
            throw fields.refuse("prompt", "must have at least one token");
        }
        return ids;
    }
}
