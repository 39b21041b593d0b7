package dev.weir.engine.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import tools.jackson.core.JsonGenerator;

/** The answer to an embedding request, written number by number: as a tree it would be many times its size. */
final class EmbeddingsJson {

    private EmbeddingsJson() {}

    /** The vectors in the order of the prompts, cut to the call's dimensions and then brought to length 1. */
    static byte[] answer(EmbeddingCall call, float[][] vectors) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.generator(bytes)) {
            json.writeStartObject();
            json.writeStringProperty("object", "list");
            json.writeName("data");
            json.writeStartArray();
            for (int index = 0; index < vectors.length; index++) {
                json.writeStartObject();
                json.writeStringProperty("object", "embedding");
                json.writeNumberProperty("index", index);
                json.writeName("embedding");
                write(json, normalised(vectors[index], call.dimensions()), call.base64());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringProperty("model", call.model().name());
            json.writeName("usage");
            json.writeStartObject();
            json.writeNumberProperty("prompt_tokens", call.promptTokens());
            json.writeNumberProperty("total_tokens", call.promptTokens());
            json.writeEndObject();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, float[] vector, boolean base64) {
        if (base64) {
            ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(vector);
            json.writeString(Base64.getEncoder().encodeToString(bytes.array()));
            return;
        }
        json.writeStartArray();
        for (float element : vector) {
            json.writeNumber(element);
        }
        json.writeEndArray();
    }

    /** The first elements at length 1; the zero vector has no direction and stays. */
    static float[] normalised(float[] vector, int dimensions) {
        double squares = 0;
        for (int element = 0; element < dimensions; element++) {
            squares += (double) vector[element] * vector[element];
        }
        if (!Double.isFinite(squares)) {
            throw new ApiException(ApiError.internal("the model's hidden states are not finite for this input"));
        }
        double length = squares == 0 ? 1 : Math.sqrt(squares);
        float[] unit = new float[dimensions];
        for (int element = 0; element < dimensions; element++) {
            unit[element] = (float) (vector[element] / length);
        }
        return unit;
    }
}
