package dev.weir.engine.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/** Decodes {@code /v1/embeddings}. */
record EmbeddingDecoder(Serving serving, TrustedProxy proxy, HttpLimits limits) {

    private static final String INPUT = "input";

    EmbeddingCall decode(byte[] body, HttpHeaders headers) {
        JsonFields fields = JsonFields.of(Json.parseObject(body));
        ServedModel model = serving.model(fields.text("model"));
        int dimensionsMax = model.embeddings().dimensionsMax();
        int dimensions = fields.integer("dimensions", 1, dimensionsMax, dimensionsMax);
        boolean base64 = base64(fields);
        List<int[]> prompts = new PromptReader(INPUT, limits.embeddingInputsMax()).read(fields, model.tokenizer());
        long numbers = (long) prompts.size() * dimensions;
        if (numbers > limits.embeddingNumbersMax()) {
            throw fields.refuse(
                    INPUT,
                    "has " + prompts.size() + " elements, which as vectors of " + dimensions + " make " + numbers
                            + " numbers, the limit is " + limits.embeddingNumbersMax() + ": send fewer at once");
        }
        return new EmbeddingCall(model, prompts, dimensions, base64, proxy.terms(headers, ServiceWishes.of(fields)));
    }

    private static boolean base64(JsonFields fields) {
        String format = fields.text("encoding_format").orElse("float");
        return switch (format) {
            case "float" -> false;
            case "base64" -> true;
            default -> throw fields.refuse("encoding_format", "must be float or base64: " + format);
        };
    }
}
