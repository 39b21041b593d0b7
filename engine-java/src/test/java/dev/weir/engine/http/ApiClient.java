package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Talks to a test engine as an ordinary client does: the JDK's, which offers h2c with every first request. */
final class ApiClient implements AutoCloseable {

    private static final String DATA = "data: ";

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;

    ApiClient(TestEngine engine) {
        base = URI.create("http://127.0.0.1:" + engine.address().getPort());
    }

    /** An answer whose body is JSON. */
    record Answer(int status, HttpResponse<String> http, JsonNode json) {

        JsonNode error() {
            return json.path("error");
        }
    }

    Answer get(String path) {
        return answer(send(request(path).GET().build()));
    }

    String text(String path) {
        return send(request(path).GET().build()).body();
    }

    Answer post(String path, String json) {
        return answer(postRaw(path, json));
    }

    /** With headers as names and values in turn. */
    Answer post(String path, String json, String... headers) {
        return answer(send(request(path)
                .headers(headers)
                .POST(HttpRequest.BodyPublishers.ofString(json, StandardCharsets.UTF_8))
                .build()));
    }

    HttpResponse<String> postRaw(String path, String json) {
        return send(request(path)
                .POST(HttpRequest.BodyPublishers.ofString(json, StandardCharsets.UTF_8))
                .build());
    }

    /** The JSON of all events of a stream that ends as it should. */
    List<JsonNode> stream(String path, String json) {
        HttpResponse<String> response = postRaw(path, json);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream; charset=utf-8");
        List<String> events = events(response.body());
        assertThat(events).last().isEqualTo("[DONE]");
        return events.subList(0, events.size() - 1).stream()
                .map(ApiClient::parse)
                .toList();
    }

    /** The JSON of all events of a stream whose events have names, which are their types, and of which the last one says that it is. */
    List<JsonNode> namedEvents(String path, String json) {
        HttpResponse<String> response = postRaw(path, json);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        List<JsonNode> events = new ArrayList<>();
        for (String event : response.body().split("\n\n", -1)) {
            if (event.isEmpty()) {
                continue; // behind the last one
            }
            String data = event.substring(event.indexOf('\n') + 1);
            events.add(parse(data.substring(DATA.length())));
            assertThat(event)
                    .isEqualTo("event: " + events.getLast().path("type").asString() + "\n" + data);
        }
        return events;
    }

    /** The data of every event; each is one line and an empty line, and nothing else is sent. */
    static List<String> events(String body) {
        List<String> events = new ArrayList<>();
        for (String event : body.split("\n\n", -1)) {
            if (!event.isEmpty()) {
                assertThat(event).startsWith(DATA).doesNotContain("\n");
                events.add(event.substring(DATA.length()));
            }
        }
        return events;
    }

    static JsonNode parse(String json) {
        return JsonMapper.shared().readTree(json);
    }

    private Answer answer(HttpResponse<String> response) {
        return new Answer(response.statusCode(), response, parse(response.body()));
    }

    Answer answer(HttpRequest request) {
        return answer(send(request));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path));
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
