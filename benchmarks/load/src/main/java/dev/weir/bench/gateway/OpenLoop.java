package dev.weir.bench.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks one way at a fixed rate, whether or not earlier answers have come, over connections that are kept. What an answer took counts from the
 * time at which its request was due, so a server that falls behind cannot hide it.
 */
final class OpenLoop implements AutoCloseable {
    private static final String NUMBER = "000000000";

    private final URI url;
    private final byte[] request;
    private final int numberAt;
    private final boolean streams;
    private final AtomicLong questions;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();

    /**
     * Asks there.
     *
     * @param questions the number of the next question; loops that ask the same server share it, or one's answers could be known from another's
     */
    OpenLoop(URI url, String key, String model, boolean streams, AtomicLong questions) {
        this.url = url;
        this.streams = streams;
        this.questions = questions;
        String body = "{\"model\":\"" + model + "\",\"stream\":" + streams
                + ",\"max_tokens\":256,\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"Request "
                + NUMBER + ": "
                + "When does the first ferry leave? ".repeat(30)
                + "\"}]}";
        String head =
                "POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nauthorization: Bearer "
                        + key + "\r\ncontent-length: " + body.length() + "\r\n\r\n";
        this.request = (head + body).getBytes(US_ASCII);
        this.numberAt = head.length() + body.indexOf(NUMBER);
    }

    /** No two are the same: nothing is known from another one. */
    private byte[] nextRequest() {
        byte[] next = request.clone();
        long number = questions.getAndIncrement();
        for (int at = numberAt + NUMBER.length() - 1; at >= numberAt; at--) {
            next[at] = (byte) ('0' + number % 10);
            number /= 10;
        }
        return next;
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
            Connection used = answering(nextRequest());
            try {
                used.read(dueNanos, latencies);
            } catch (IOException | RuntimeException failure) {
                used.close(); // nobody knows where on it the next answer would begin
                throw failure;
            }
            idle.addFirst(used);
        } catch (IOException | RuntimeException failure) {
            latencies.failed(failure);
        }
    }

    /** The connection on which the answer comes. A server closes those that nobody used for long: then the request goes out once more. */
    private Connection answering(byte[] asked) throws IOException {
        Connection kept = idle.pollFirst();
        if (kept != null) {
            if (kept.answers(asked)) {
                return kept;
            }
            kept.close();
        }
        Connection fresh = new Connection(url);
        if (!fresh.answers(asked)) {
            fresh.close();
            throw new IOException("the connection ended");
        }
        return fresh;
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

        /** Whether anything comes of it but the connection's end. */
        boolean answers(byte[] asked) {
            try {
                socket.getOutputStream().write(asked);
                in.mark(1);
                boolean answered = in.read() >= 0;
                in.reset();
                return answered;
            } catch (IOException _) {
                return false;
            }
        }

        void read(long dueNanos, Latencies latencies) throws IOException {
            HttpHead head = HttpHead.read(in);
            if (head == null || head.status() != 200) {
                throw new IOException(head == null ? "the connection ended" : head.firstLine());
            }
            if (streams) {
                readEvents(dueNanos, latencies);
            } else {
                String _ = head.body(in);
            }
            latencies.whole(System.nanoTime() - dueNanos);
        }

        private void readEvents(long dueNanos, Latencies latencies) throws IOException {
            boolean first = true;
            for (String events = HttpHead.chunk(in); events != null; events = HttpHead.chunk(in)) {
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
