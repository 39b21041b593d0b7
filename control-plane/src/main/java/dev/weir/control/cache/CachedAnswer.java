package dev.weir.control.cache;

import dev.weir.control.completion.Usage;
import java.time.Instant;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer as a client got it, byte for byte; whoever makes one hands its array over.
 *
 * @param contentType of the bytes
 * @param usage what it took an engine
 * @param at when it was given
 */
@SuppressWarnings("ArrayRecordComponent") // passed on and never compared
public record CachedAnswer(String contentType, byte[] bytes, Usage usage, Instant at) {
    /** What an entry takes beside its answer, roughly: key, node of the table, this record. */
    private static final int OVERHEAD_BYTES = 256;

    int byteCount() {
        return bytes.length + OVERHEAD_BYTES;
    }

    /** Fit for a store of texts. */
    String text() {
        return JsonMapper.shared()
                .createObjectNode()
                .put("type", contentType)
                .put("bytes", Base64.getEncoder().encodeToString(bytes))
                .put("input", usage.inputTokens())
                .put("cached", usage.cachedTokens())
                .put("output", usage.outputTokens())
                .put("at", at.toEpochMilli())
                .toString();
    }

    static CachedAnswer ofText(String text) {
        JsonNode json = JsonMapper.shared().readTree(text);
        return new CachedAnswer(
                json.path("type").asString(),
                Base64.getDecoder().decode(json.path("bytes").asString()),
                new Usage(
                        json.path("input").asLong(),
                        json.path("cached").asLong(),
                        json.path("output").asLong()),
                Instant.ofEpochMilli(json.path("at").asLong()));
    }

    /** Says how long it is and never what is in it. */
    @Override
    public String toString() {
        return "CachedAnswer[" + contentType + ", " + bytes.length + " bytes]";
    }
}
