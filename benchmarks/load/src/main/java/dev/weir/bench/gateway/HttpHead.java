package dev.weir.bench.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The head of a request or an answer, as far as one has to know it to read on. */
record HttpHead(String firstLine, int contentLength, boolean chunked) {
    private static final int LINE_CHARS_MAX = 16 * 1024;

    /** The next one; null where the connection ended before it. */
    static @Nullable HttpHead read(InputStream in) throws IOException {
        String first = line(in);
        if (first == null) {
            return null;
        }
        int contentLength = 0;
        boolean chunked = false;
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            String small = line.toLowerCase(Locale.ROOT);
            if (small.startsWith("content-length:")) {
                contentLength = Integer.parseInt(
                        small.substring("content-length:".length()).strip());
            }
            chunked |= small.startsWith("transfer-encoding:") && small.contains("chunked");
        }
        return new HttpHead(first, contentLength, chunked);
    }

    int status() {
        return Integer.parseInt(firstLine.split(" ", 3)[1]);
    }

    /** What follows it, whole. */
    String body(InputStream in) throws IOException {
        if (!chunked) {
            return new String(in.readNBytes(contentLength), US_ASCII);
        }
        StringBuilder body = new StringBuilder();
        for (String chunk = chunk(in); chunk != null; chunk = chunk(in)) {
            body.append(chunk);
        }
        return body.toString();
    }

    /** The next chunk of a body that has them; null behind the last. */
    static @Nullable String chunk(InputStream in) throws IOException {
        String size = line(in);
        if (size == null) {
            throw new EOFException("the connection ended before the last chunk");
        }
        int bytes = Integer.parseInt(size, 16);
        String content = new String(in.readNBytes(bytes), US_ASCII);
        line(in);
        return bytes == 0 ? null : content;
    }

    /** Without its end; null at the end of the stream. */
    static @Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                if (line.isEmpty()) {
                    return null;
                }
                throw new EOFException("the connection ended within a line");
            }
            if (line.length() == LINE_CHARS_MAX) {
                throw new IOException("a line is longer than " + LINE_CHARS_MAX + " characters");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
