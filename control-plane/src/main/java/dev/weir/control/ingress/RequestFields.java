package dev.weir.control.ingress;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * The two fields that choose a request's way, read in one pass that builds nothing of the rest.
 *
 * <p>A field given twice is refused: if we took one and the engine the other, the request would be judged as something it is not. As
 * strict as an engine is, and in its words, so that what is no JSON ends here.
 *
 * @param model absent where the request leaves it to the server, which may have only one
 */
record RequestFields(Optional<String> model, boolean stream) {
    private static final int NESTING_DEPTH_MAX = 64;
    private static final int NAME_LENGTH_MAX = 1024;
    private static final int NUMBER_LENGTH_MAX = 100;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_DEPTH_MAX)
                    .maxNameLength(NAME_LENGTH_MAX)
                    .maxNumberLength(NUMBER_LENGTH_MAX)
                    .maxStringLength(Integer.MAX_VALUE) // the body's limit is what bounds a string
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static RequestFields read(byte[] body) {
        if (body.length == 0) {
            throw notJson("the request has no body: a JSON object is needed");
        }
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                throw notJson("the body must be a JSON object");
            }
            RequestFields fields = readObject(json);
            if (json.nextToken() != null) {
                throw notJson(
                        "the body is not valid JSON: it goes on after its object" + where(json.currentLocation()));
            }
            return fields;
        } catch (JacksonException malformed) {
            throw notJson(
                    "the body is not valid JSON: " + malformed.getOriginalMessage() + where(malformed.getLocation()));
        }
    }

    private static Refusal notJson(String message) {
        return new Refusal(OpenAiError.invalidJson(message));
    }

    private static String where(@Nullable TokenStreamLocation location) {
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }

    private static RequestFields readObject(JsonParser json) {
        Optional<String> model = Optional.empty();
        boolean stream = false;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "model" -> model = model(json, value);
                case "stream" -> stream = stream(value);
                default -> json.skipChildren();
            }
        }
        return new RequestFields(model, stream);
    }

    private static Optional<String> model(JsonParser json, JsonToken value) {
        return switch (value) {
            case VALUE_STRING -> Optional.of(json.getString());
            case VALUE_NULL -> Optional.empty();
            default -> throw new Refusal(OpenAiError.badField("model", "must be a string"));
        };
    }

    private static boolean stream(JsonToken value) {
        return switch (value) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw new Refusal(OpenAiError.badField("stream", "must be true or false"));
        };
    }
}
