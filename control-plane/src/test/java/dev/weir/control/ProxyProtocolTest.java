package dev.weir.control;

import static dev.weir.control.RunningControlPlane.readUntil;
import static dev.weir.control.RunningControlPlane.send;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What of HTTP itself passes through, and what stays on the connection that it came on. */
class ProxyProtocolTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"model\":\"m\",\"messages\":[]}";
    private static final int WAIT_SECONDS_MAX = 20;

    private static ScriptedEngine engine;
    private static RunningControlPlane weir;

    @BeforeAll
    static void start() throws IOException {
        engine = ScriptedEngine.with("m");
        weir = new RunningControlPlane(List.of(engine));
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
    }

    @Test
    void requestIdsAreKeptWhereFitAndMadeWhereNot() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        HttpResponse<String> kept = weir.post(CHAT, ASK, "x-request-id", "abc-1");
        assertThat(kept.headers().firstValue("x-request-id")).hasValue("abc-1");
        assertThat(engine.nextRequest().headers()).containsEntry("x-request-id", "abc-1");
        for (String unfit : List.of("a".repeat(129), "two words")) {
            HttpResponse<String> made = weir.post(CHAT, ASK, "x-request-id", unfit);
            String id = made.headers().firstValue("x-request-id").orElseThrow();
            assertThat(id).startsWith("req-");
            assertThat(engine.nextRequest().headers()).containsEntry("x-request-id", id);
        }
    }

    @Test
    void anEngineSeesTraceContextAndNoCredentials() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        weir.post(
                CHAT,
                ASK,
                "authorization",
                "Bearer secret",
                "cookie",
                "a=b",
                "traceparent",
                trace,
                "accept-encoding",
                "gzip",
                "te",
                "deflate");
        assertThat(engine.nextRequest().headers())
                .containsEntry("traceparent", trace)
                .containsEntry("content-type", "application/json")
                .containsEntry("te", "trailers") // which is ours
                .doesNotContainKeys("authorization", "cookie", "accept-encoding", "transfer-encoding");
    }

    @Test
    void whatAnEngineSaysToItsConnectionStaysThere() throws Exception {
        engine.answers(exchange -> exchange.write(String.join(
                "\r\n",
                "HTTP/1.1 200 OK",
                "content-type: application/json",
                "content-length: 2",
                "connection: keep-alive, x-private",
                "x-private: 1",
                "keep-alive: timeout=9",
                "openai-processing-ms: 12",
                "x-request-id: forged",
                "",
                "{}")));
        HttpResponse<String> response = weir.post(CHAT, ASK, "x-request-id", "mine");
        assertThat(response.headers().map())
                .containsKey("openai-processing-ms")
                .doesNotContainKeys("x-private", "keep-alive")
                .containsEntry("x-request-id", List.of("mine"));
    }

    @Test
    void anUpgradeToHttp2IsIgnoredAndTheBodyIsNotLost() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{\"fine\":true}"));
        try (Socket client = weir.connect()) {
            send(
                    client,
                    CHAT,
                    "connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n",
                    ASK);
            assertThat(readUntil(client, text -> text.endsWith("}")))
                    .startsWith("HTTP/1.1 200")
                    .contains("{\"fine\":true}");
        }
        assertThat(engine.nextRequest().headers()).doesNotContainKeys("upgrade", "http2-settings");
    }

    @Test
    void aClientThatAsksMaySendItsBodyLater() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{\"fine\":true}"));
        try (Socket client = weir.connect()) {
            client.getOutputStream()
                    .write(("POST " + CHAT + " HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: "
                                    + ASK.length() + "\r\n\r\n")
                            .getBytes(ISO_8859_1));
            assertThat(readUntil(client, text -> text.endsWith("\r\n\r\n"))).startsWith("HTTP/1.1 100");
            client.getOutputStream().write(ASK.getBytes(ISO_8859_1));
            assertThat(readUntil(client, text -> text.endsWith("}"))).startsWith("HTTP/1.1 200");
        }
        assertThat(engine.nextRequest().headers()).doesNotContainKey("expect");
    }

    @Test
    void aBodyInChunksIsARequestLikeAnyOther() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        try (Socket client = weir.connect()) {
            client.getOutputStream()
                    .write(("POST " + CHAT + " HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5\r\n"
                                    + ASK.substring(0, 5) + "\r\n" + Integer.toHexString(ASK.length() - 5) + "\r\n"
                                    + ASK.substring(5) + "\r\n0\r\n\r\n")
                            .getBytes(ISO_8859_1));
            assertThat(readUntil(client, text -> text.endsWith("{}"))).startsWith("HTTP/1.1 200");
        }
        assertThat(engine.nextRequest().body()).isEqualTo(ASK);
    }

    @Test
    void aConnectionIsReadOnAfterARequestThatWaitedForTheOneBefore() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        engine.answers(exchange -> {
            assertThat(waiting.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            exchange.json(200, "{\"first\":1}");
        });
        try (Socket client = weir.connect()) {
            byte[] models = "GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n".getBytes(ISO_8859_1);
            send(client, CHAT, "", ASK);
            engine.nextRequest();
            client.getOutputStream().write(models);
            waiting.countDown();
            readUntil(client, text -> text.endsWith("{\"first\":1}"));
            assertThat(readUntil(client, text -> text.endsWith("}]}"))).startsWith("HTTP/1.1 200");
            client.getOutputStream().write(models);
            assertThat(readUntil(client, text -> text.endsWith("}]}"))).startsWith("HTTP/1.1 200");
        }
    }
}
