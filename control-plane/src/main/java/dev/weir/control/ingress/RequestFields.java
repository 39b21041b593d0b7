package dev.weir.control.ingress;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
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
    private static final int DECODED_AT_ONCE = 4096;

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
        requireUtf8(body);
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

    /** The parser reads what comes close to UTF-8 (overlong forms, surrogates on their own) as if it were; others do not. */
    private static void requireUtf8(byte[] body) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(body);
        CharBuffer out = CharBuffer.allocate(DECODED_AT_ONCE);
        CoderResult result = CoderResult.OVERFLOW;
        while (result.isOverflow()) {
            result = decoder.decode(in, out.clear(), true);
        }
        if (result.isError()) {
            throw notJson("the body is not valid JSON: it is not UTF-8 at byte " + (in.position() + 1));
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
