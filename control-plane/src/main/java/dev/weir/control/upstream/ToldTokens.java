package dev.weir.control.upstream;

import dev.weir.control.completion.JsonBody;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a client has been told of a stream, as the ids that an engine needs to go on with it. Belongs to one stream, whose engines write
 * one after the other.
 */
final class ToldTokens {
    private static final int TOKENS_AT_FIRST = 64;
    private static final byte[] FIELD = "\"resume_token_ids\":[".getBytes(StandardCharsets.US_ASCII);

    private final String ticket;
    private int[] ids = new int[TOKENS_AT_FIRST];
    private int count;
    private int eventCount;

    /** Nothing yet, of the stream that the engine gave this ticket for. */
    ToldTokens(String ticket) {
        this.ticket = ticket;
    }

    String ticket() {
        return ticket;
    }

    int count() {
        return count;
    }

    /** How many events told them; some are numbered. */
    int eventCount() {
        return eventCount;
    }

    void addEvents(int more) {
        eventCount += more;
    }

    void add(int id) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
    }

    /** The request as it came, with the ids as a field of its own at its end. */
    JsonBody resuming(JsonBody request) {
        ByteBuffer asked = request.bytes();
        byte[] bytes = new byte[asked.remaining()];
        asked.get(bytes);
        int end = lastBrace(bytes);
        ByteArrayOutputStream resumed = new ByteArrayOutputStream(bytes.length + FIELD.length + 8 * count);
        resumed.write(bytes, 0, end);
        resumed.write(',');
        resumed.writeBytes(FIELD);
        for (int i = 0; i < count; i++) {
            resumed.writeBytes(((i == 0 ? "" : ",") + ids[i]).getBytes(StandardCharsets.US_ASCII));
        }
        resumed.write(']');
        resumed.write(bytes, end, bytes.length - end);
        return new JsonBody(resumed.toByteArray());
    }

    /** A request that an engine has begun to answer is a JSON object with a prompt in it. */
    private static int lastBrace(byte[] json) {
        for (int i = json.length - 1; i > 0; i--) {
            if (json[i] == '}') {
                return i;
            }
        }
        throw new IllegalArgumentException("the request is no JSON object");
    }
}
