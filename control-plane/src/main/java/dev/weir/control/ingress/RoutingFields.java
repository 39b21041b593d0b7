package dev.weir.control.ingress;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.JsonBody;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a body says that is of use to routing, and where its model's name stands. Read only where a choice has to be made; the body was
 * found to be proper JSON before.
 *
 * @param modelBegin where the name's value begins, -1 where there is none
 * @param session what says whose requests belong together: {@code prompt_cache_key}, else the subject
 * @param subject whom the request is for: {@code user}, or {@code safety_identifier} as it is called now
 */
record RoutingFields(
        int modelBegin,
        int modelEnd,
        String session,
        String subject,
        long outputTokensMax,
        Optional<Double> costPerTokenMax,
        Optional<Long> firstTokenMaxMillis) {
    private static final JsonFactory JSON = new JsonFactory();

    static RoutingFields read(JsonBody body) {
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes(body))) {
            json.nextToken();
            return readObject(json);
        }
    }

    private static RoutingFields readObject(JsonParser json) {
        int begin = -1;
        int end = -1;
        String cacheKey = "";
        String user = "";
        long tokens = 0;
        Optional<Double> cost = Optional.empty();
        Optional<Long> millis = Optional.empty();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "model" -> {
                    begin = Math.toIntExact(json.currentTokenLocation().getByteOffset());
                    json.finishToken();
                    end = Math.toIntExact(json.currentLocation().getByteOffset());
                }
                case "prompt_cache_key" -> cacheKey = text(json, value);
                case "user", "safety_identifier" -> user = text(json, value);
                case "max_tokens", "max_completion_tokens", "max_output_tokens" ->
                    tokens = (long) number(json, value, name).orElse(0.0).doubleValue();
                case "max_cost_per_token" -> cost = number(json, value, name);
                case "max_latency_ms" -> millis = number(json, value, name).map(Double::longValue);
                default -> json.skipChildren();
            }
        }
        return new RoutingFields(begin, end, cacheKey.isEmpty() ? user : cacheKey, user, tokens, cost, millis);
    }

    private static String text(JsonParser json, JsonToken value) {
        if (value == JsonToken.VALUE_STRING) {
            return json.getString();
        }
        json.skipChildren();
        return "";
    }

    private static Optional<Double> number(JsonParser json, JsonToken value, String name) {
        return switch (value) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                double number = json.getDoubleValue();
                if (!(number >= 0)) {
                    throw new Refusal(OpenAiError.badField(name, "must not be negative"));
                }
                yield Optional.of(number);
            }
            case VALUE_NULL -> Optional.empty();
            default -> throw new Refusal(OpenAiError.badField(name, "must be a number"));
        };
    }

    /** The request with another model, all else byte for byte as it came. */
    CompletionRequest withModel(CompletionRequest request, String model) {
        byte[] body = bytes(request.body());
        byte[] name = JsonMapper.shared().writeValueAsString(model).getBytes(StandardCharsets.UTF_8);
        boolean absent = modelBegin < 0;
        byte[] field = absent
                ? concat(
                        "\"model\":".getBytes(StandardCharsets.US_ASCII), name, ",".getBytes(StandardCharsets.US_ASCII))
                : name;
        int begin = absent ? openingBrace(body) + 1 : modelBegin;
        int end = absent ? begin : modelEnd;
        ByteBuffer spliced = ByteBuffer.allocate(body.length - (end - begin) + field.length);
        spliced.put(body, 0, begin).put(field).put(body, end, body.length - end);
        return request.withModel(model, new JsonBody(spliced.array()));
    }

    private static int openingBrace(byte[] body) {
        int at = 0;
        while (body[at] != '{') {
            at++;
        }
        return at;
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] bytes(JsonBody body) {
        ByteBuffer view = body.bytes();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        return bytes;
    }
}
