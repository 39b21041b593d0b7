package dev.weir.engine.http;

import dev.weir.engine.request.LogitRules;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads OpenAI's penalties and {@code logit_bias}, and vLLM's {@code repetition_penalty}. */
final class LogitRulesReader {

    private LogitRulesReader() {}

    static LogitRules read(JsonFields fields, ServedModel model) {
        float repetition = fields.number("repetition_penalty", 0, LogitRules.REPETITION_PENALTY_MAX, 1);
        if (repetition == 0) {
            throw fields.refuse("repetition_penalty", "must be above 0");
        }
        float presence = fields.number("presence_penalty", -LogitRules.PENALTY_MAX, LogitRules.PENALTY_MAX, 0);
        float frequency = fields.number("frequency_penalty", -LogitRules.PENALTY_MAX, LogitRules.PENALTY_MAX, 0);
        return new LogitRules(repetition, presence, frequency, bias(fields, model));
    }

    private static Map<Integer, Float> bias(JsonFields fields, ServedModel model) {
        JsonFields biases = fields.object("logit_bias").orElse(null);
        if (biases == null) {
            return Map.of();
        }
        if (biases.json().size() > LogitRules.BIASES_MAX) {
            throw fields.refuse(
                    "logit_bias", "has " + biases.json().size() + " tokens, the limit is " + LogitRules.BIASES_MAX);
        }
        int vocabSize = model.tokenizer().vocabSize();
        Map<Integer, Float> bias = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : biases.json().properties()) {
            int id = tokenId(entry.getKey());
            if (id < 0 || id >= vocabSize) {
                throw fields.refuse(
                        "logit_bias",
                        "must have token ids from 0 to " + (vocabSize - 1) + " as names: " + entry.getKey());
            }
            bias.put(id, biases.number(entry.getKey(), -LogitRules.BIAS_MAX, LogitRules.BIAS_MAX, 0));
        }
        return bias;
    }

    /** -1 where the name is no id. */
    private static int tokenId(String name) {
        try {
            return Integer.parseInt(name);
        } catch (NumberFormatException _) {
            return -1;
        }
    }
}
