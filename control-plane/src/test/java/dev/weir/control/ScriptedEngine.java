package dev.weir.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An engine that does what a test tells it, on a plain socket, because what matters here are the things that an orderly server never
 * does. It says that it is ready and lists its models by itself, and has no metrics unless it is given some.
 */
final class ScriptedEngine implements AutoCloseable {
    private static final long WAIT_SECONDS_MAX = 20;

    private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private volatile String listing;
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile Script script = exchange -> exchange.json(200, "{}");
    private final AtomicInteger connectionCount = new AtomicInteger();
    private volatile boolean ready = true;
    private volatile String metrics = "";

    /** What to do about one request. */
    interface Script {
        void answer(Exchange exchange) throws IOException, InterruptedException;
    }

    record Received(String method, String path, Map<String, String> headers, String body) {}

    /** An engine with these models. */
    static ScriptedEngine with(String... models) throws IOException {
        return new ScriptedEngine(list(Stream.of(models)
                .map(model -> "{\"id\":\"" + model + "\",\"created\":7,\"owned_by\":\"test\",\"max_model_len\":512}")
                .collect(Collectors.joining(","))));
    }

    /** An engine that answers so when it is asked for its models. */
    ScriptedEngine(String listing) throws IOException {
        this.listing = listing;
        Thread.ofVirtual().start(this::accept);
    }

    private static String list(String models) {
        return "{\"object\":\"list\",\"data\":[" + models + "]}";
    }

    /** From now on it has these models, given as JSON. */
    void lists(String models) {
        listing = list(models);
    }

    /** From now on it says so of itself, in Prometheus' text. */
    void measures(String text) {
        metrics = text;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    String name() {
        return url().getAuthority();
    }

    /** The next requests are answered so; forgets what has been received. */
    void answers(Script next) {
        received.clear();
        script = next;
    }

    void ready(boolean isReady) {
        ready = isReady;
    }

    /** The next request that was neither for readiness nor for models. */
    Received nextRequest() throws InterruptedException {
        Received next = received.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no request reached the engine");
        }
        return next;
    }

    /** How often somebody has connected. */
    int connectionCount() {
        return connectionCount.get();
    }

    boolean hasRequest() {
        return !received.isEmpty();
    }

    /** Whether it was asked with this method: what reads may still be on its way from a test before. */
    boolean hasRequest(String method) {
        return received.stream().anyMatch(request -> request.method().equals(method));
    }

    /** Nobody listens any more, and whoever was connected is not; a connection taken at this very moment closes itself. */
    void leave() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }

    @Override
    public void close() throws IOException {
        leave();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                connection.setTcpNoDelay(true);
                connections.add(connection);
                if (server.isClosed()) {
                    connection.close();
                }
                connectionCount.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException _) {
            // Closed: the test is over.
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            while (!connection.isClosed()) {
                Received request = read(in);
                if (request == null) {
                    return;
                }
                answer(new Exchange(request, connection, in));
            }
        } catch (IOException _) {
            // The other side left, which a test has its own way to notice.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            connections.remove(connection);
        }
    }

    private void answer(Exchange exchange) throws IOException, InterruptedException {
        switch (exchange.request.path()) {
            case "/ready" -> exchange.json(ready ? 200 : 503, "{}");
            case "/v1/models" -> exchange.json(200, listing);
            case "/metrics" -> exchange.json(metrics.isEmpty() ? 404 : 200, metrics);
            default -> {
                received.add(exchange.request);
                script.answer(exchange);
            }
        }
    }

    private static @Nullable Received read(InputStream in) throws IOException {
        String requestLine = readLine(in);
        if (requestLine.isEmpty()) {
            return null;
        }
        Map<String, String> headers = new TreeMap<>();
        for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
            String[] header = line.split(":", 2);
            headers.put(header[0].toLowerCase(Locale.ROOT), header[1].strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String[] words = requestLine.split(" ", -1);
        return new Received(words[0], words[1], headers, new String(in.readNBytes(length), UTF_8));
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** One request and the connection it came on. */
    static final class Exchange {
        private final Received request;
        private final Socket connection;
        private final InputStream in;
        private final OutputStream out;

        private Exchange(Received request, Socket connection, InputStream in) throws IOException {
            this.request = request;
            this.connection = connection;
            this.in = in;
            this.out = connection.getOutputStream();
        }

        Received request() {
            return request;
        }

        void write(String text) throws IOException {
            out.write(text.getBytes(ISO_8859_1));
            out.flush();
        }

        void json(int status, String body) throws IOException {
            byte[] bytes = body.getBytes(UTF_8);
            write("HTTP/1.1 " + status + " Scripted\r\ncontent-type: application/json\r\ncontent-length: "
                    + bytes.length + "\r\n\r\n");
            out.write(bytes);
            out.flush();
        }

        void beginEvents() throws IOException {
            write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
        }

        /** One chunk of HTTP's chunked coding; what is in it need not be a whole event. */
        void chunk(String text) throws IOException {
            byte[] bytes = text.getBytes(UTF_8);
            write(Integer.toHexString(bytes.length) + "\r\n" + new String(bytes, ISO_8859_1) + "\r\n");
        }

        void end() throws IOException {
            write("0\r\n\r\n");
        }

        /** Closes without a word, as a process that dies does. */
        void die() throws IOException {

            connection.close();
        }

        /** Waits until the other side closes the connection, and says so. */
        void awaitGone(CountDownLatch gone) throws IOException {
            try {
                while (in.read() >= 0) {
                    // Nothing more is expected; what comes is not of interest.
                }
            } catch (SocketException _) {
                // A reset is a way of closing, too.
            }
            gone.countDown();
        }
    }
}
