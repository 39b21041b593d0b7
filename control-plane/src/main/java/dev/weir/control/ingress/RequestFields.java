package dev.weir.control.ingress;

import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Endpoint;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
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
 * The fields that choose a request's way and bound what it can take, read in one pass that builds nothing of the rest.
 *
 * <p>A field given twice is refused: if we took one and the engine the other, the request would be judged as something it is not. As
 * strict as an engine is, and in its words, so that what is no JSON ends here. What bounds a request has to be a number as an engine reads it;
 * of fields that only an engine needs to understand nothing is refused here, nor of numbers that are too small or too large for it.
 *
 * @param model absent where the request leaves it to the server, which may have only one
 * @param outputTokensMax the larger of {@code max_tokens} and {@code max_completion_tokens}: who answers obeys one of them, and not all the same
 * @param responseTokensMax the same of a response, {@code max_output_tokens}, which means nothing elsewhere
 * @param choiceCount of answers to each prompt, {@code n} or {@code best_of}
 * @param promptCount of prompts or inputs that it has
 */
record RequestFields(
        Optional<String> model,
        boolean stream,
        OptionalLong outputTokensMax,
        OptionalLong responseTokensMax,
        int choiceCount,
        int promptCount,
        UsageQuestion usage) {
    private static final long TEXT_TOKENS_MAX_UNSAID = 16;
    private static final long UNSAID = -1;

    /** More than any engine takes; bounds what is reckoned with. */
    private static final int COUNT_MAX = 1_000_000;

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
        int ascii = 0;
        while (ascii < body.length && body[ascii] >= 0) {
            ascii++;
        }
        if (ascii == body.length) {
            return;
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(body, ascii, body.length - ascii);
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
        long outputTokensMax = UNSAID;
        long responseTokensMax = UNSAID;
        long choiceCount = 1;
        int promptCount = 1;
        UsageQuestion usage = UsageQuestion.absent(json.currentTokenLocation().getByteOffset() + 1);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "model" -> model = model(json, value);
                case "stream" -> stream = stream(value);
                case "max_tokens", "max_completion_tokens" ->
                    outputTokensMax = Math.max(outputTokensMax, count(json, name, value, UNSAID));
                case "max_output_tokens" -> responseTokensMax = count(json, name, value, UNSAID);
                case "n", "best_of" -> choiceCount = Math.max(choiceCount, count(json, name, value, 1));
                case "prompt", "input" -> promptCount = elements(json, value);
                case "stream_options" -> usage = UsageQuestion.read(json, value);
                default -> json.skipChildren();
            }
        }
        int choices = Math.toIntExact(Math.min(choiceCount, COUNT_MAX));
        return new RequestFields(
                model, stream, said(outputTokensMax), said(responseTokensMax), choices, promptCount, usage);
    }

    private static OptionalLong said(long tokensMax) {
        return tokensMax == UNSAID ? OptionalLong.empty() : OptionalLong.of(tokensMax);
    }

    /** What the request can take at most, as far as it says. */
    Demand demand(Endpoint endpoint, int bodyBytes) {
        return switch (endpoint) {
            case CHAT_COMPLETIONS -> new Demand(bodyBytes, outputTokensMax, choiceCount);
            case COMPLETIONS ->
                new Demand(
                        bodyBytes,
                        OptionalLong.of(outputTokensMax.orElse(TEXT_TOKENS_MAX_UNSAID)),
                        Math.toIntExact(Math.min((long) choiceCount * promptCount, COUNT_MAX)));
            case RESPONSES -> new Demand(bodyBytes, responseTokensMax, 1);
            case EMBEDDINGS -> new Demand(bodyBytes, OptionalLong.of(0), 1);
            // Text to numbers and back, or to other text: no model computes anything.
            case TOKENIZE, DETOKENIZE, APPLY_TEMPLATE -> new Demand(0, OptionalLong.of(0), 1);
        };
    }

    /** A count, or what holds where there is none that an engine would take. What is none to us is one to some providers: 2.0, or "2". */
    private static long count(JsonParser json, String name, JsonToken value, long absent) {
        return switch (value) {
            case VALUE_NUMBER_INT -> {
                boolean tooLarge = json.getNumberType() == JsonParser.NumberType.BIG_INTEGER;
                yield tooLarge || json.getLongValue() < 0 ? absent : json.getLongValue();
            }
            case VALUE_NULL -> absent;
            default -> throw new Refusal(OpenAiError.badField(name, "must be an integer"));
        };
    }

    /** Of a list of prompts; one prompt may itself be a list of numbers. */
    private static int elements(JsonParser json, JsonToken value) {
        if (value != JsonToken.START_ARRAY) {
            json.skipChildren();
            return 1;
        }
        int count = 0;
        boolean numbers = false;
        for (JsonToken element = json.nextToken(); element != JsonToken.END_ARRAY; element = json.nextToken()) {
            numbers |= element == JsonToken.VALUE_NUMBER_INT;
            count++;
            json.skipChildren();
        }
        return numbers ? 1 : Math.clamp(count, 1, COUNT_MAX);
    }

    private static Optional<String> model(JsonParser json, JsonToken value) {
        return switch (value) {
            case VALUE_STRING -> Optional.of(named(json.getString()));
            case VALUE_NULL -> Optional.empty();
            default -> throw new Refusal(OpenAiError.badField("model", "must be a string"));
        };
    }

    /** An answer's headers tell the model, and have no place for a line end. */
    private static String named(String model) {
        if (model.chars().anyMatch(Character::isISOControl)) {
            throw new Refusal(OpenAiError.badField("model", "must have no control character in it"));
        }
        return model;
    }

    private static boolean stream(JsonToken value) {
        return switch (value) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw new Refusal(OpenAiError.badField("stream", "must be true or false"));
        };
    }
}
