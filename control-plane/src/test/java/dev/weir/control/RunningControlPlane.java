package dev.weir.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weir.control.fleet.Fleet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** A control plane on a free port before scripted engines, and ways to talk to it. */
final class RunningControlPlane implements AutoCloseable {
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);

    /** Unless a test has its own: nobody is asked who they are. */
    private static final List<String> OWN_SETTINGS = List.of("--weir.identity.insecure-no-auth=true");

    private final ConfigurableApplicationContext context;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;

    RunningControlPlane(List<ScriptedEngine> engines, String... settings) {
        List<String> arguments = new ArrayList<>(List.of(settings));
        for (String setting : OWN_SETTINGS) {
            String name = setting.substring(0, setting.indexOf('=') + 1);
            if (arguments.stream().noneMatch(given -> given.startsWith(name))) {
                arguments.add(setting);
            }
        }
        if (arguments.stream().noneMatch(given -> given.startsWith("--weir.storage.url="))) {
            arguments.add("--weir.storage.url=jdbc:h2:mem:" + UUID.randomUUID());
        }
        arguments.add("--server.port=0");
        for (int i = 0; i < engines.size(); i++) {
            arguments.add("--weir.engines[" + i + "]=" + engines.get(i).url());
        }
        context = SpringApplication.run(ControlPlane.class, arguments.toArray(String[]::new));
        port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        if (!engines.isEmpty()) {
            awaitReadyCount(engines.size());
        }
    }

    /** What the composition root has made. */
    <T> T part(Class<T> type) {
        return context.getBean(type);
    }

    /** The one of that name, where there are several. */
    <T> T part(Class<T> type, String name) {
        return context.getBean(name, type);
    }

    void awaitReadyCount(int count) {
        context.getBean(Fleet.class)
                .changes()
                .filter(fleet -> fleet.ready().size() == count)
                .blockFirst(WAIT_MAX);
    }

    int underWayCount() {
        Fleet fleet = context.getBean(Fleet.class);
        return fleet.snapshot().engines().stream()
                .mapToInt(view -> fleet.underWayCount(view.engine()))
                .sum();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(WAIT_MAX);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** With a reason, which whatever changes something has to have. */
    HttpResponse<String> patch(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(WAIT_MAX)
                .header("weir-reason", "a test")
                .header("content-type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(WAIT_MAX)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> put(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(WAIT_MAX)
                .header("content-type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** With a reason, which whatever takes something away has to have. */
    HttpResponse<String> delete(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(WAIT_MAX)
                .header("weir-reason", "a test")
                .DELETE();
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** A connection of its own, for what no proper client does. */
    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(Math.toIntExact(WAIT_MAX.toMillis()));
        return socket;
    }

    /** Sends a request by hand, with the headers as given and the length of its body. */
    static void send(Socket socket, String path, String headers, String body) throws IOException {
        socket.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n" + headers
                                + "content-length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Reads until what has come satisfies the condition, or the connection ends. */
    static String readUntil(Socket socket, Predicate<String> enough) throws IOException {
        StringBuilder text = new StringBuilder();
        while (!enough.test(text.toString())) {
            int c = socket.getInputStream().read();
            if (c < 0) {
                break;
            }
            text.append((char) c);
        }
        return text.toString();
    }

    @Override
    public void close() {
        http.close();
        context.close();
    }
}
