package dev.weir.bench.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
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
    private static final String ANSWER =
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"" + MODEL
                    + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                    + "A ferry leaves at noon. ".repeat(32)
                    + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":192,\"total_tokens\":204}}";

    private static final String LIST = MODELS.stream()
            .map(model -> "{\"id\":\"" + model
                    + "\",\"object\":\"model\",\"created\":1,\"owned_by\":\"bench\",\"max_model_len\":4096}")
            .collect(Collectors.joining(",", "{\"object\":\"list\",\"data\":[", "]}"));

    private final ServerSocket server;

    ScriptedUpstream() throws IOException {
        server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("upstream").start(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Where traces may be sent. */
    URI collector() {
        return url().resolve(TRACES_PATH);
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                connection.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException _) {
            // closed: the measurement is over
        }
    }

    private static void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            for (HttpHead head = HttpHead.read(in); head != null; head = HttpHead.read(in)) {
                String body = head.body(in);
                if (head.firstLine().startsWith("GET")) {
                    out.write(answer(head.firstLine().contains("/v1/models") ? LIST : "{}"));
                } else if (head.firstLine().contains(TRACES_PATH)) {
                    out.write(answer("{}"));
                } else if (body.contains("\"stream\":true")) {
                    stream(out);
                } else {
                    out.write(answer(ANSWER));
                }
            }
        } catch (IOException _) {
            // the other side left
        }
    }

    private static byte[] answer(String json) {
        return ("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + json.length() + "\r\n\r\n"
                        + json)
                .getBytes(US_ASCII);
    }

    private static void stream(OutputStream out) throws IOException {
        out.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                .getBytes(US_ASCII));
        long next = System.nanoTime();
        for (int i = 0; i < EVENTS; i++) {
            chunk(
                    out,
                    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word\"}}],\"sent\":" + System.nanoTime()
                            + "}\n\n");
            next += EVENT_EVERY_NANOS;
            LockSupport.parkNanos(next - System.nanoTime());
        }
        chunk(out, "data: [DONE]\n\n");
        out.write("0\r\n\r\n".getBytes(US_ASCII));
    }

    private static void chunk(OutputStream out, String event) throws IOException {
        out.write((Integer.toHexString(event.length()) + "\r\n" + event + "\r\n").getBytes(US_ASCII));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
