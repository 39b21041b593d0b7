package dev.weir.control.ingress;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * The two fields that choose a request's way, read in one pass that builds nothing of the rest.
 *
 * <p>A field given twice is refused: if we took one and the engine the other, the request would be judged as something it is not.
 */
record RequestFields(String model, boolean stream) {
    private static final JsonFactory JSON = new JsonFactory();

    static RequestFields read(byte[] body) {
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new Refusal(
                        OpenAiError.badRequest("The request body must be a JSON object.", null, "invalid_json"));
            }
            RequestFields fields = readObject(json);
            if (json.nextToken() != null) {
                throw new Refusal(OpenAiError.badRequest(
                        "The request body goes on after its JSON object.", null, "invalid_json"));
            }
            return fields;
        } catch (JacksonException malformed) {
            String message = "The request body is not valid JSON: " + malformed.getOriginalMessage()
                    + where(malformed.getLocation()) + ".";
            throw new Refusal(OpenAiError.badRequest(message, null, "invalid_json"));
        }
    }

    private static String where(@Nullable TokenStreamLocation location) {
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }

    private static RequestFields readObject(JsonParser json) {
        String model = null;
        Boolean stream = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "model" -> model = once(name, model, modelOf(json, value));
                case "stream" -> stream = once(name, stream, streamOf(value));
                default -> json.skipChildren();
            }
        }
        if (model == null) {
            throw new Refusal(
                    OpenAiError.badRequest("The field 'model' is missing: name the model to ask.", "model", null));
        }
        return new RequestFields(model, stream != null && stream);
    }

    private static <T> T once(String name, @Nullable T before, T now) {
        if (before != null) {
            throw new Refusal(OpenAiError.badRequest("The field '" + name + "' is given twice.", name, null));
        }
        return now;
    }

    private static String modelOf(JsonParser json, JsonToken value) {
        if (value != JsonToken.VALUE_STRING || json.getString().isBlank()) {
            throw new Refusal(OpenAiError.badRequest("The field 'model' must be the name of a model.", "model", null));
        }
        return json.getString();
    }

    private static boolean streamOf(JsonToken value) {
        return switch (value) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default ->
                throw new Refusal(OpenAiError.badRequest("The field 'stream' must be true or false.", "stream", null));
        };
    }
}
