package dev.weir.engine.http;

import dev.weir.engine.TestEngine;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A socket on which a test writes its own HTTP and reads what comes back. */
final class RawConnection implements AutoCloseable {

    /** As much as a busy machine may want for what takes a second, and less than a test may take. */
    private static final int PATIENCE_MILLIS = 100_000;

    private final Socket socket;
    private final InputStream in;

    RawConnection(TestEngine engine) throws IOException {
        this(engine.address());
    }

    RawConnection(InetSocketAddress address) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = socket.getInputStream();
    }

    /** An answer read off the wire, chunks joined and trailers among the headers. */
    record Reply(int status, Map<String, String> headers, String body) {}

    RawConnection write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    RawConnection write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** A POST with the body's length. */
    RawConnection post(String path, String body, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(
                "POST " + path + " HTTP/1.1\r\nhost: test\r\ncontent-length: " + body.length() + "\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return write(head + "\r\n" + body);
    }

    Reply read() throws IOException {
        Reply head = readHead();
        if (head.status() == 100) {
            return head;
        }
        boolean chunked = "chunked".equals(head.headers().get("transfer-encoding"));
        String body = chunked
                ? readChunks(head.headers())
                : text(in.readNBytes(Integer.parseInt(head.headers().getOrDefault("content-length", "0"))));
        return new Reply(head.status(), head.headers(), body);
    }

    Reply readHead() throws IOException {
        String statusLine = readLine();
        Map<String, String> headers = new TreeMap<>();
        readFields(headers);
        return new Reply(Integer.parseInt(statusLine.split(" ", 3)[1]), headers, "");
    }

    private void readFields(Map<String, String> fields) throws IOException {
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
    }

    private String readChunks(Map<String, String> trailers) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            body.writeBytes(in.readNBytes(size));
            readLine();
        }
        readFields(trailers);
        return text(body.toByteArray());
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(readLine(), 16);
    }

    String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return text(line.toByteArray());
    }

    /** Reads so many lines of a stream, or all where it has fewer: a busy server tells many tokens in one event. */
    void readStreamLines(int most) throws IOException {
        String line = "";
        for (int i = 0; i < most && !line.equals("data: [DONE]"); i++) {
            line = readLine();
        }
    }

    /** True when the server has nothing more to say and says so. */
    boolean isAtEnd() throws IOException {
        return in.read() < 0;
    }

    /** Says that nothing more will be sent. */
    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Leaves as a process does that is killed: what is under way is lost on both sides. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Whether something has come that was not read yet. */
    boolean hasAnswer() throws IOException {
        return in.available() > 0;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
