package dev.weir.engine.http;

import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.ServiceTerms;
import java.util.List;

/**
 * A decoded embedding request: one vector for each prompt.
 *
 * @param dimensions of a vector; what is cut off is cut before it is normalised
 * @param base64 vectors as bytes instead of numbers
 * @param terms of every prompt
 */
record EmbeddingCall(ServedModel model, List<int[]> prompts, int dimensions, boolean base64, ServiceTerms terms) {

    GenerationRequest request(String id, int index) {
        return GenerationRequest.embedding(
                id + "-" + index,
                prompts.get(index),
                model.adapterId(),
                model.embeddings().pooling(),
                terms);
    }

    int promptTokens() {
        return prompts.stream().mapToInt(prompt -> prompt.length).sum();
    }
}
