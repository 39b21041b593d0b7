package dev.weir.control.ingress;

import dev.weir.control.completion.Usage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds what an answer says that it took, in bytes as they pass: the last object under {@code "usage"}. Holds that object and nothing else,
 * however long the answer is. Within a string of the answer the quotes around the name would be escaped, so no text can pretend to be one.
 */
final class UsageScanner {
    private static final byte[] NAME = "\"usage\"".getBytes(StandardCharsets.US_ASCII);
    private static final int OBJECT_BYTES_MAX = 4096;
    private static final int OBJECT_BYTES_LIKELY = 256;

    private byte[] object = {};
    private int matchedCount;
    private boolean named;
    private int depth;
    private int objectBytes;
    private Optional<Usage> found = Optional.empty();

    /** What was said last, if anything was. */
    Optional<Usage> found() {
        return found;
    }

    void scan(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (depth > 0) {
                collect(b);
            } else if (named) {
                afterName(b);
            } else {
                match(b);
            }
        }
    }

    private void match(byte b) {
        if (b == NAME[matchedCount]) {
            matchedCount++;
            named = matchedCount == NAME.length;
        } else {
            matchedCount = b == NAME[0] ? 1 : 0;
        }
    }

    private void afterName(byte b) {
        if (b == '{') {
            named = false;
            matchedCount = 0;
            objectBytes = 0;
            depth = 1;
            keep(b);
        } else if (b != ':' && b != ' ' && b != '\t' && b != '\r' && b != '\n') {
            named = false;
            matchedCount = b == NAME[0] ? 1 : 0;
        }
    }

    private void collect(byte b) {
        depth += b == '{' ? 1 : b == '}' ? -1 : 0;
        if (objectBytes == OBJECT_BYTES_MAX) {
            depth = 0;
            return;
        }
        keep(b);
        if (depth == 0) {
            parse();
        }
    }

    private void keep(byte b) {
        if (objectBytes == object.length) {
            object = Arrays.copyOf(object, Math.max(OBJECT_BYTES_LIKELY, 2 * objectBytes));
        }
        object[objectBytes++] = b;
    }

    private void parse() {
        try {
            JsonNode usage = JsonMapper.shared().readTree(Arrays.copyOf(object, objectBytes));
            boolean ofResponse = usage.has("input_tokens");
            String prompt = ofResponse ? "input_tokens" : "prompt_tokens";
            long input = count(usage.path(prompt));
            long cached = count(usage.path(prompt + "_details").path("cached_tokens"));
            long output = count(usage.path(ofResponse ? "output_tokens" : "completion_tokens"));
            found = Optional.of(new Usage(input, Math.min(cached, input), output));
        } catch (JacksonException _) {
            // Not what it looked like.
        }
    }

    private static long count(JsonNode number) {
        return number.canConvertToLong() ? Math.max(0, number.asLong()) : 0;
    }
}
