package dev.weir.control.ingress;

import dev.weir.control.completion.JsonBody;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Whether the same request has the same answer by construction: nothing is drawn, or it is drawn from a seed. */
final class RepeatableFields {
    private static final JsonFactory JSON = new JsonFactory();
    private static final byte[] TEMPERATURE = "\"temperature\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SEED = "\"seed\"".getBytes(StandardCharsets.US_ASCII);

    private RepeatableFields() {}

    static boolean isRepeatable(JsonBody body) {
        ByteBuffer bytes = body.bytes();
        // Most requests name neither, and are not read any further.
        return (contains(bytes, TEMPERATURE) || contains(bytes, SEED)) && says(bytes);
    }

    private static boolean says(ByteBuffer view) {
        byte[] body = new byte[view.remaining()];
        view.get(body);
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                boolean number = value == JsonToken.VALUE_NUMBER_INT || value == JsonToken.VALUE_NUMBER_FLOAT;
                if (number && (name.equals("seed") || (name.equals("temperature") && json.getDoubleValue() == 0))) {
                    return true;
                }
                json.skipChildren();
            }
            return false;
        }
    }

    private static boolean contains(ByteBuffer bytes, byte[] part) {
        for (int i = 0; i <= bytes.limit() - part.length; i++) {
            int matched = 0;
            while (matched < part.length && bytes.get(i + matched) == part[matched]) {
                matched++;
            }
            if (matched == part.length) {
                return true;
            }
        }
        return false;
    }
}
