package dev.weir.bench.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An HTTP server that says what the test tells it to, and remembers what it was asked. */
public final class HttpScript implements AutoCloseable {
    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    /** What to do about a request to a path. */
    public interface Reply {
        void to(HttpExchange exchange, JsonNode body) throws IOException;
    }

    public HttpScript() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.start();
    }

    public HttpScript on(String path, Reply reply) {
        server.createContext(path, exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            JsonNode json = JsonMapper.shared().readTree(body.length == 0 ? "{}".getBytes(UTF_8) : body);
            asked.add(json);
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("authorization")));
            try (exchange) {
                reply.to(exchange, json);
            }
        });
        return this;
    }

    /** Serves one model, lends a tokenizer of words, and answers in as many pieces as there may be tokens. */
    public HttpScript asAServer() {
        return on("/v1/models", json(200, "{\"data\": [{\"id\": \"tiny\"}]}"))
                .on("/tokenize", (exchange, body) -> {
                    int count = body.path("prompt").asString("").split(" ", -1).length;
                    json(200, "{\"tokens\": [" + "0,".repeat(count - 1) + "0]}").to(exchange, body);
                })
                .on("/v1/chat/completions", (exchange, body) -> {
                    int count = body.path("max_tokens").asInt();
                    events(exchange);
                    for (int i = 0; i < count; i++) {
                        write(exchange, chunk("word "));
                    }
                    write(
                            exchange,
                            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":" + count
                                    + "}}\n\ndata: [DONE]\n\n");
                });
    }

    static Reply json(int status, String text) {
        return (exchange, _) -> {
            byte[] bytes = text.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    static Reply stream(String text) {
        return (exchange, _) -> {
            events(exchange);
            write(exchange, text);
        };
    }

    static String chunk(String content) {
        return "data: {\"choices\":[{\"delta\":{\"content\":\"" + content + "\"}}]}\n\n";
    }

    private static void events(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("content-type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
    }

    private static void write(HttpExchange exchange, String text) throws IOException {
        OutputStream out = exchange.getResponseBody();
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public List<JsonNode> asked() {
        return asked;
    }

    public List<String> authorizations() {
        return authorizations;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
