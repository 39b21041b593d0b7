package dev.weir.control.routing;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.JsonBody;
import java.nio.ByteBuffer;
import java.util.Arrays;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The beginning of a prompt as a chain of hashes, one for every {@value #CHUNK_BYTES} bytes of its text on the wire, each over all before
 * it. Two prompts with equal chains begin alike, and engines share what they computed of beginnings. The wire's text stands for the tokens:
 * the same text gives the same tokens, and reading it costs a hundredth of what a tokenizer costs.
 */
@SuppressWarnings("ArrayRecordComponent") // made once for one request
record PromptChunks(long[] hashes, int promptBytes) {
    static final int CHUNK_BYTES = 256;

    /** 4 MiB of a prompt; what is behind them hardly decides where it is warm. */
    private static final int CHUNKS_MAX = 16_384;

    private static final long PRIME = 0x9E3779B97F4A7C15L;
    private static final JsonFactory JSON = new JsonFactory();

    static PromptChunks of(CompletionRequest request) {
        return of(request.share().tenant(), request.model(), request.body());
    }

    /** The chain of a body's messages, prompt or input; tenants and models do not share. */
    static PromptChunks of(String tenant, String model, JsonBody asked) {
        ByteBuffer view = asked.bytes();
        byte[] body = new byte[view.remaining()];
        view.get(body);
        long seed = mix(tenant.hashCode() * PRIME + model.hashCode());
        int[] span = promptSpan(body);
        return chain(body, span[0], span[1], seed);
    }

    static PromptChunks chain(byte[] bytes, int begin, int end, long seed) {
        int count = Math.min((end - begin) / CHUNK_BYTES, CHUNKS_MAX);
        long[] hashes = new long[count];
        long hash = seed;
        for (int chunk = 0; chunk < count; chunk++) {
            int from = begin + chunk * CHUNK_BYTES;
            for (int i = 0; i < CHUNK_BYTES; i += Long.BYTES) {
                hash = mix(hash ^ longAt(bytes, from + i));
            }
            hashes[chunk] = hash;
        }
        return new PromptChunks(hashes, end - begin);
    }

    /** Where the prompt's JSON begins and ends; the whole body where there is none to be found. */
    private static int[] promptSpan(byte[] body) {
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
            json.nextToken();
            for (JsonToken token = json.nextToken(); token == JsonToken.PROPERTY_NAME; token = json.nextToken()) {
                String name = json.currentName();
                json.nextToken();
                int begin = Math.toIntExact(json.currentTokenLocation().getByteOffset());
                json.skipChildren();
                if (name.equals("messages") || name.equals("prompt") || name.equals("input")) {
                    json.finishToken();
                    return new int[] {
                        begin, Math.toIntExact(json.currentLocation().getByteOffset())
                    };
                }
            }
        } catch (JacksonException _) {
            // an engine will say what is wrong with it
        }
        return new int[] {0, body.length};
    }

    private static long longAt(byte[] bytes, int at) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = (value << 8) | (bytes[at + i] & 0xff);
        }
        return value;
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 32)) * PRIME;
        return mixed ^ (mixed >>> 29);
    }

    @Override
    public String toString() {
        return "PromptChunks" + Arrays.hashCode(hashes);
    }
}
