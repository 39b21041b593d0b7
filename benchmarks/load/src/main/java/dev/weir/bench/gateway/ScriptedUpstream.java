package dev.weir.bench.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * An OpenAI-compatible server without a model: it answers at once, or with an event every so often, each with the time of its sending. It also
 * takes traces, and forgets them.
 */
final class ScriptedUpstream implements AutoCloseable {
    static final String MODEL = "weir-demo-fast";
    private static final List<String> MODELS = List.of(MODEL, "weir-demo-mid", "weir-demo-power");
    private static final String TRACES_PATH = "/v1/traces";
    static final int EVENTS = 20;
    private static final long EVENT_EVERY_NANOS = 10_000_000;
    private static final int BACKLOG = 1024;

    /** About a kilobyte, as short answers are. */
    private static final ByteBuffer ANSWER = answer(
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"" + MODEL
                    + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                    + "A ferry leaves at noon. ".repeat(32)
                    + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":192,\"total_tokens\":204}}");

    private static final ByteBuffer LIST = answer(MODELS.stream()
            .map(model -> "{\"id\":\"" + model
                    + "\",\"object\":\"model\",\"created\":1,\"owned_by\":\"bench\",\"max_model_len\":4096}")
            .collect(Collectors.joining(",", "{\"object\":\"list\",\"data\":[", "]}")));

    private static final ByteBuffer NOTHING = answer("{}");
    private static final ByteBuffer STREAM_HEAD =
            bytes("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
    private static final ByteBuffer STREAM_END = bytes(chunk("data: [DONE]\n\n") + "0\r\n\r\n");

    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final SocketLoop loop = new SocketLoop("upstream");
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();

    ScriptedUpstream() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        loop.accepts(server, Connection::new);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.socket().getLocalPort());
    }

    /** Where traces may be sent. */
    URI collector() {
        return url().resolve(TRACES_PATH);
    }

    private static ByteBuffer answer(String json) {
        return bytes("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + json.length()
                + "\r\n\r\n" + json);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII)).asReadOnlyBuffer();
    }

    private static String chunk(String event) {
        return Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
    }

    @Override
    public void close() throws IOException {
        loop.close();
        server.close();
        connections.forEach(SocketLoop::close);
    }

    /** One that asks. All of it on the loop's thread. */
    private final class Connection implements SocketLoop.End, HttpMessages.Taker {
        private final SocketChannel channel;
        private final HttpMessages requests = new HttpMessages(this);
        private String firstLine = "";
        private boolean streams;

        Connection(SocketChannel channel) {
            this.channel = channel;
            connections.add(channel);
        }

        @Override
        public void came(ByteBuffer bytes) throws IOException {
            requests.take(bytes);
        }

        @Override
        public void over(Exception why) {
            connections.remove(channel);
        }

        @Override
        public void head(HttpHead head) {
            firstLine = head.firstLine();
            streams = false;
        }

        @Override
        public void content(String content) {
            streams |= content.contains("\"stream\":true");
        }

        @Override
        public void end() throws IOException {
            if (firstLine.startsWith("GET")) {
                send(firstLine.contains("/v1/models") ? LIST : NOTHING);
            } else if (firstLine.contains(TRACES_PATH)) {
                send(NOTHING);
            } else if (streams) {
                send(STREAM_HEAD);
                tell(System.nanoTime(), EVENTS);
            } else {
                send(ANSWER);
            }
        }

        private void send(ByteBuffer bytes) throws IOException {
            SocketLoop.send(channel, bytes.duplicate());
        }

        /** The next event of so many, and all behind it when they are due. */
        private void tell(long dueNanos, int events) {
            try {
                if (events == 0) {
                    send(STREAM_END);
                    return;
                }
                String event = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word\"}}],\"sent\":";
                send(bytes(chunk(event + System.nanoTime() + "}\n\n")));
                long next = dueNanos + EVENT_EVERY_NANOS;
                loop.at(next, () -> tell(next, events - 1));
            } catch (IOException _) {
                SocketLoop.close(channel); // the other side left
                connections.remove(channel);
            }
        }
    }
}
