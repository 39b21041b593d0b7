package dev.weir.bench.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The messages that come over one connection, taken apart as their bytes come. Used by one thread. */
final class HttpMessages {
    private static final int HEAD_BYTES_MAX = 16 * 1024;
    private static final int HELD_BYTES_MAX = 16 * 1024 * 1024;
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};

    /** Who is told of them. */
    interface Taker {
        void head(HttpHead head) throws IOException;

        /** The whole of a body, or one of its chunks. */
        void content(String content) throws IOException;

        /** The message is whole. */
        void end() throws IOException;
    }

    private final Taker taker;
    private byte[] held = new byte[4096];
    private int from;
    private int to;
    private @Nullable HttpHead head;

    HttpMessages(Taker taker) {
        this.taker = taker;
    }

    /**
     * Takes what has come, all of it.
     *
     * @throws IOException what came is no HTTP, or too long
     */
    void take(ByteBuffer came) throws IOException {
        hold(came);
        try {
            while (from < to && takeNext()) {
                // what is told next stands behind it
            }
        } catch (NumberFormatException noNumber) {
            throw new IOException("a length is no number: " + noNumber.getMessage(), noNumber);
        }
    }

    private void hold(ByteBuffer came) throws IOException {
        int left = to - from;
        if (left + came.remaining() > HELD_BYTES_MAX) {
            throw new IOException("a message has a part of more than " + HELD_BYTES_MAX + " bytes");
        }
        if (left + came.remaining() > held.length) {
            held = Arrays.copyOfRange(held, from, from + Math.max(2 * held.length, left + came.remaining()));
        } else {
            System.arraycopy(held, from, held, 0, left);
        }
        from = 0;
        to = left + came.remaining();
        came.get(held, left, came.remaining());
    }

    /** Whether there was another part. */
    private boolean takeNext() throws IOException {
        if (head == null) {
            return takeHead();
        }
        return head.chunked() ? takeChunk() : takeBody(head.contentLength());
    }

    private boolean takeHead() throws IOException {
        int end = find(HEAD_END);
        if ((end < 0 ? to : end) - from > HEAD_BYTES_MAX) {
            throw new IOException("a head is longer than " + HEAD_BYTES_MAX + " bytes");
        }
        if (end < 0) {
            return false;
        }
        HttpHead next = HttpHead.of(text(from, end));
        from = end + HEAD_END.length;
        head = next;
        taker.head(next);
        if (!next.chunked() && next.contentLength() == 0) {
            ended();
        }
        return true;
    }

    private boolean takeBody(int length) throws IOException {
        if (to - from < length) {
            return false;
        }
        String body = text(from, from + length);
        from += length;
        taker.content(body);
        ended();
        return true;
    }

    /** Nobody here sends trailers. */
    private boolean takeChunk() throws IOException {
        int lineEnd = find(LINE_END);
        if (lineEnd < 0) {
            return false;
        }
        int length = Integer.parseInt(text(from, lineEnd), 16);
        int begin = lineEnd + LINE_END.length;
        if (to - begin < length + LINE_END.length) {
            return false;
        }
        from = begin + length + LINE_END.length;
        if (length == 0) {
            ended();
        } else {
            taker.content(text(begin, begin + length));
        }
        return true;
    }

    private void ended() throws IOException {
        head = null;
        taker.end();
    }

    private int find(byte[] mark) {
        for (int at = from; at <= to - mark.length; at++) {
            if (Arrays.equals(held, at, at + mark.length, mark, 0, mark.length)) {
                return at;
            }
        }
        return -1;
    }

    private String text(int begin, int end) {
        return new String(held, begin, end - begin, US_ASCII);
    }
}
