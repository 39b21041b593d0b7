package dev.weir.control.upstream;

import dev.weir.control.upstream.UpstreamFailure.Kind;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The last words of an engine that broke. */
final class BrokenAnswer {
    private static final int GATEWAY_TIMEOUT = 504;
    private static final int WORDS_CHARS_MAX = 300;

    private BrokenAnswer() {}

    /** What it comes to that an engine answered with such a status; its own words are in it, where they are an error in OpenAI's envelope. */
    static UpstreamFailure failure(int status, byte[] body) {
        String words = words(body);
        return new UpstreamFailure(
                status == GATEWAY_TIMEOUT ? Kind.FIRST_BYTE_TIMEOUT : Kind.BROKEN_OFF,
                "it answered " + status + (words.isEmpty() ? "" : ": " + words));
    }

    private static String words(byte[] body) {
        try {
            String words = JsonMapper.shared()
                    .readTree(body)
                    .at("/error/message")
                    .asString("")
                    .strip()
                    .replaceFirst("\\.$", ""); // it stands within a sentence
            return words.length() <= WORDS_CHARS_MAX ? words : words.substring(0, WORDS_CHARS_MAX) + "...";
        } catch (JacksonException _) {
            return "";
        }
    }
}
