package dev.weir.control.ingress;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Whether a request asks what its stream takes ({@code stream_options.include_usage}), and how it is made to: every call is accounted, so an
 * engine is always asked. All else of the request stays byte for byte what it was.
 *
 * @param isAsked whether the caller asks
 * @param from where bytes are replaced to ask; negative where the body is in an encoding that has no such places, and is left alone
 * @param to behind them
 * @param replacement what takes their place
 */
record UsageQuestion(boolean isAsked, long from, long to, String replacement) {
    private static final String NAME = "include_usage";
    private static final UsageQuestion ASKED = new UsageQuestion(true, -1, -1, "");

    /** Of a request without stream options, whose first field begins there. */
    static UsageQuestion absent(long at) {
        return at <= 0
                ? new UsageQuestion(false, -1, -1, "")
                : new UsageQuestion(false, at, at, "\"stream_options\":{\"include_usage\":true},");
    }

    /** Of the stream options that begin with this token. */
    static UsageQuestion read(JsonParser json, JsonToken value) {
        long from = json.currentTokenLocation().getByteOffset();
        if (value == JsonToken.VALUE_NULL) {
            return new UsageQuestion(false, from, from + "null".length(), "{\"include_usage\":true}");
        }
        if (value != JsonToken.START_OBJECT) {
            json.skipChildren();
            return new UsageQuestion(false, -1, -1, "");
        }
        @Nullable UsageQuestion question = null;
        boolean empty = true;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            empty = false;
            String name = json.currentName();
            JsonToken option = json.nextToken();
            if (name.equals(NAME)) {
                question = option(json, option);
            }
            json.skipChildren();
        }
        if (question != null) {
            return question;
        }
        return new UsageQuestion(false, from + 1, from + 1, "\"include_usage\":true" + (empty ? "" : ","));
    }

    private static UsageQuestion option(JsonParser json, JsonToken value) {
        long from = json.currentTokenLocation().getByteOffset();
        return switch (value) {
            case VALUE_TRUE -> ASKED;
            case VALUE_FALSE -> new UsageQuestion(false, from, from + "false".length(), "true");
            case VALUE_NULL -> new UsageQuestion(false, from, from + "null".length(), "true");
            // An engine refuses it, and says why.
            default -> new UsageQuestion(false, -1, -1, "");
        };
    }

    /** The body with the question in it. */
    byte[] askIn(byte[] body) {
        if (from < 0 || to > body.length) {
            return body;
        }
        byte[] added = replacement.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream asking = new ByteArrayOutputStream(body.length + added.length);
        asking.write(body, 0, (int) from);
        asking.writeBytes(added);
        asking.write(body, (int) to, body.length - (int) to);
        return asking.toByteArray();
    }
}
