package dev.weir.bench.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Asks one way at a fixed rate, whether or not earlier answers have come, over connections that are kept. What an answer took counts from the
 * time at which its request was due, so a server that falls behind cannot hide it.
 */
final class OpenLoop implements AutoCloseable {
    private final URI url;
    private final byte[] request;
    private final boolean streams;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();

    OpenLoop(URI url, String key, boolean streams) {
        this.url = url;
        this.streams = streams;
        String body = "{\"model\":\"" + ScriptedUpstream.MODEL + "\",\"stream\":" + streams
                + ",\"max_tokens\":256,\"messages\":[{\"role\":\"user\",\"content\":\""
                + "When does the first ferry leave? ".repeat(30)
                + "\"}]}";
        request =
                ("POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nauthorization: Bearer "
                                + key + "\r\ncontent-length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(US_ASCII);
    }

    /** Asks for so long, and waits for the last answer. */
    void run(int perSecond, double seconds, Latencies latencies) {
        long count = Math.round(perSecond * seconds);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            for (long i = 0; i < count; i++) {
                long dueNanos = start + i * 1_000_000_000L / perSecond;
                for (long wait = dueNanos - System.nanoTime(); wait > 0; wait = dueNanos - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                callers.execute(() -> ask(dueNanos, latencies));
            }
        }
    }

    private void ask(long dueNanos, Latencies latencies) {
        try {
            Connection connection = idle.pollFirst();
            Connection used = connection == null ? new Connection(url) : connection;
            used.ask(request, dueNanos, latencies);
            idle.addFirst(used);
        } catch (IOException | RuntimeException failure) {
            latencies.failed(failure);
        }
    }

    @Override
    public void close() {
        idle.forEach(Connection::close);
    }

    /** One that is kept; used by one caller at a time. */
    private final class Connection implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;

        Connection(URI to) throws IOException {
            socket = new Socket(to.getHost(), to.getPort());
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        }

        void ask(byte[] bytes, long dueNanos, Latencies latencies) throws IOException {
            socket.getOutputStream().write(bytes);
            HttpHead head = HttpHead.read(in);
            if (head == null || head.status() != 200) {
                throw new IOException(head == null ? "the connection ended" : head.firstLine());
            }
            if (streams) {
                readEvents(dueNanos, latencies);
            } else {
                in.skipNBytes(head.chunked() ? skipChunks() : head.contentLength());
            }
            latencies.whole(System.nanoTime() - dueNanos);
        }

        private long skipChunks() throws IOException {
            for (String event = chunk(); event != null; event = chunk()) {
                // nothing of it is of interest
            }
            return 0;
        }

        private void readEvents(long dueNanos, Latencies latencies) throws IOException {
            boolean first = true;
            for (String events = chunk(); events != null; events = chunk()) {
                long now = System.nanoTime();
                if (first) {
                    latencies.first(now - dueNanos);
                    first = false;
                }
                for (int at = events.indexOf("\"sent\":"); at >= 0; at = events.indexOf("\"sent\":", at + 1)) {
                    String sent = events.substring(at + "\"sent\":".length(), events.indexOf('}', at));
                    latencies.event(now - Long.parseLong(sent));
                }
            }
        }

        private @Nullable String chunk() throws IOException {
            String size = HttpHead.line(in);
            if (size == null) {
                throw new EOFException("the answer broke off");
            }
            int bytes = Integer.parseInt(size, 16);
            String content = new String(in.readNBytes(bytes), US_ASCII);
            HttpHead.line(in);
            return bytes == 0 ? null : content;
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException _) {
                // it is of no more use either way
            }
        }
    }
}
