package dev.weir.bench.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a server says went wrong, short enough to print. */
final class ErrorText {
    private static final int CHARACTERS_MAX = 300;

    private ErrorText() {}

    /** The message of OpenAI's envelope, else the body's beginning. */
    static String of(JsonMapper json, byte[] body) {
        try {
            JsonNode message = json.readTree(body).path("error").path("message");
            if (message.isString()) {
                return shortened(message.asString());
            }
        } catch (JacksonException _) {
            // Not every server answers in JSON; then the text itself has to do.
        }
        return shortened(new String(body, UTF_8));
    }

    static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= CHARACTERS_MAX ? line : line.substring(0, CHARACTERS_MAX) + "...";
    }
}
