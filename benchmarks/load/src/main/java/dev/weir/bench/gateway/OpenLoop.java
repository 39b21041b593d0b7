package dev.weir.bench.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Asks one way at a fixed rate, whether or not earlier answers have come, over connections that are kept. What an answer took counts from the
 * time at which its request was due, so a server that falls behind cannot hide it.
 */
final class OpenLoop implements AutoCloseable {
    private static final String NUMBER = "000000000";
    private static final String SENT = "\"sent\":";

    /**
     * What it puts up with.
     *
     * @param connections a server that stands still meets one more with each request, and each takes files on both sides of a machine
     * @param answerSeconds for the last answers
     */
    record Limits(int connections, long answerSeconds) {
        static final Limits USUAL = new Limits(2_000, 60);
    }

    private final InetSocketAddress to;
    private final byte[] request;
    private final int numberAt;
    private final boolean streams;
    private final AtomicLong questions;
    private final Limits limits;
    private final SocketLoop loop;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();

    /**
     * Asks there.
     *
     * @param questions the number of the next question; loops that ask the same server share it, or one's answers could be known from another's
     */
    OpenLoop(URI url, String key, String model, boolean streams, AtomicLong questions, Limits limits)
            throws IOException {
        this.to = new InetSocketAddress(url.getHost(), url.getPort());
        this.streams = streams;
        this.questions = questions;
        this.limits = limits;
        this.loop = new SocketLoop("load");
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
    private ByteBuffer nextRequest() {
        byte[] next = request.clone();
        long number = questions.getAndIncrement();
        for (int at = numberAt + NUMBER.length() - 1; at >= numberAt; at--) {
            next[at] = (byte) ('0' + number % 10);
            number /= 10;
        }
        return ByteBuffer.wrap(next);
    }

    /** Asks for so long, and waits for the last answer. */
    void run(int perSecond, double seconds, Latencies latencies) throws InterruptedException {
        int count = Math.toIntExact(Math.round(perSecond * seconds));
        CountDownLatch underWay = new CountDownLatch(count);
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long dueNanos = start + i * 1_000_000_000L / perSecond;
            for (long wait = dueNanos - System.nanoTime(); wait > 0; wait = dueNanos - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            ask(new Question(nextRequest(), dueNanos, latencies, underWay));
        }
        if (!underWay.await(limits.answerSeconds(), TimeUnit.SECONDS)) {
            IOException late = new IOException("nothing came for " + limits.answerSeconds() + " s");
            open.forEach(connection -> connection.end(late));
        }
    }

    /** Over a connection that is there. A server closes those that nobody used for long: then the request goes out over a new one. */
    private void ask(Question question) {
        Connection kept = idle.pollFirst();
        if (kept == null || !kept.ask(question)) {
            askAnew(question);
        }
    }

    private void askAnew(Question question) {
        try {
            if (open.size() >= limits.connections()) {
                throw new IOException(limits.connections() + " requests wait for their answers");
            }
            Connection fresh = new Connection(SocketChannel.open(to));
            if (!fresh.ask(question)) {
                throw new IOException("the connection ended");
            }
        } catch (IOException failure) {
            question.failed(failure);
        }
    }

    @Override
    public void close() {
        loop.close();
        open.forEach(connection -> SocketLoop.close(connection.channel));
    }

    private record Question(ByteBuffer request, long dueNanos, Latencies latencies, CountDownLatch underWay) {
        void failed(Exception why) {
            latencies.failed(why);
            underWay.countDown();
        }
    }

    /** One that is kept. It is asked by any thread, one question at a time; what comes is read on the loop's. */
    private final class Connection implements SocketLoop.End, HttpMessages.Taker {
        private final SocketChannel channel;
        private final HttpMessages answers = new HttpMessages(this);
        private @Nullable Question asked;
        private boolean answering;
        private boolean begun;
        private boolean used;
        private boolean over;

        Connection(SocketChannel channel) throws IOException {
            this.channel = channel;
            channel.socket().setTcpNoDelay(true);
            open.add(this);
            loop.reads(channel, this);
        }

        /** Whether it could be asked at all: the other side may have closed it. */
        synchronized boolean ask(Question question) {
            if (over) {
                return false;
            }
            try {
                SocketLoop.send(channel, question.request().duplicate());
            } catch (IOException _) {
                over = true;
                open.remove(this);
                SocketLoop.close(channel);
                return false;
            }
            asked = question;
            return true;
        }

        @Override
        public synchronized void came(ByteBuffer bytes) throws IOException {
            answering = true;
            answers.take(bytes);
        }

        @Override
        public void over(Exception why) {
            end(why);
        }

        /** Fails what it was asked; what it has not begun to answer goes out once more where it had been kept. */
        void end(Exception why) {
            Question left;
            boolean again;
            synchronized (this) {
                over = true;
                left = asked;
                asked = null;
                again = used && !answering;
            }
            idle.remove(this);
            open.remove(this);
            SocketLoop.close(channel);
            if (left != null && again) {
                askAnew(left);
            } else if (left != null) {
                left.failed(why);
            }
        }

        @Override
        public void head(HttpHead head) throws IOException {
            if (asked == null || head.status() != 200) {
                throw new IOException(head.firstLine());
            }
        }

        @Override
        public void content(String content) {
            Question of = asked;
            if (!streams || of == null) {
                return;
            }
            long now = System.nanoTime();
            if (!begun) {
                begun = true;
                of.latencies().first(now - of.dueNanos());
            }
            for (int at = content.indexOf(SENT); at >= 0; at = content.indexOf(SENT, at + 1)) {
                String sent = content.substring(at + SENT.length(), content.indexOf('}', at));
                of.latencies().event(now - Long.parseLong(sent));
            }
        }

        @Override
        public void end() {
            Question of = asked;
            asked = null;
            answering = false;
            begun = false;
            used = true;
            if (of != null) {
                of.latencies().whole(System.nanoTime() - of.dueNanos());
                idle.addFirst(this);
                of.underWay().countDown();
            }
        }
    }
}
