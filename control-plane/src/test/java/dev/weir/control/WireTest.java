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

/** What a socket sees beside the exchanges of docs/wire: old clients, proxies' targets, requests that break off, forged marks. */
class WireTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"messages\":[]}";
    private static final String ASK_STREAM = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}";
    private static final String SECRET = "known-to-engines-and-nobody-else";
    private static final int WAIT_SECONDS_MAX = 20;

    private static ScriptedEngine engine;
    private static RunningControlPlane weir;
    /** For requests that never come to their end. */
    private static RunningControlPlane impatient;

    @BeforeAll
    static void start() throws IOException {
        engine = ScriptedEngine.with("m");
        weir = new RunningControlPlane(
                List.of(engine), "--weir.ingress.request-read-max=20s", "--weir.upstream.proxy-secret=" + SECRET);
        impatient = new RunningControlPlane(List.of(engine), "--weir.ingress.request-read-max=1s");
    }

    @AfterAll
    static void stop() throws IOException {
        impatient.close();
        weir.close();
        engine.close();
    }

    private static String exchange(String request) throws IOException {
        return exchange(weir, request);
    }

    private static String exchange(RunningControlPlane asked, String request) throws IOException {
        try (Socket client = asked.connect()) {
            write(client, request);
            return readUntil(client, _ -> false);
        }
    }

    private static void write(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    @Test
    void aStreamToHttp10EndsWithItsConnectionAndHasNoChunks() throws Exception {
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            exchange.chunk("data: [DONE]\n\n");
            exchange.end();
        });
        String answer = exchange(
                "POST " + CHAT + " HTTP/1.0\r\ncontent-length: " + ASK_STREAM.length() + "\r\n\r\n" + ASK_STREAM);
        assertThat(answer).startsWith("HTTP/1.").contains(" 200 OK\r\n").containsIgnoringCase("connection: close");
        assertThat(answer).doesNotContainIgnoringCase("transfer-encoding");
        assertThat(answer).endsWith("\r\n\r\ndata: 1\n\ndata: [DONE]\n\n");
    }

    @Test
    void anAnswerToHttp10HasItsLength() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{\"fine\":true}"));
        String answer = exchange("POST " + CHAT + " HTTP/1.0\r\ncontent-length: " + ASK.length() + "\r\n\r\n" + ASK);
        assertThat(answer).contains(" 200 OK\r\n").containsIgnoringCase("content-length: 13");
        assertThat(answer).endsWith("\r\n\r\n{\"fine\":true}");
    }

    @Test
    void anErrorToHttp10IsInTheEnvelope() throws Exception {
        String answer = exchange("POST " + CHAT + " HTTP/1.0\r\ncontent-length: 1\r\n\r\n{");
        assertThat(answer).contains(" 400 ").contains("\"invalid_json\"");
    }

    @Test
    void headIsAnsweredAsGetWithoutTheBody() throws Exception {
        String get = exchange("GET /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        String head = exchange("HEAD /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        assertThat(get).contains("Content-Length: 104");
        assertThat(head)
                .startsWith("HTTP/1.1 200")
                .contains("Content-Length: 104")
                .endsWith("\r\n\r\n");
    }

    @Test
    void aTargetMayBeAUrlAsSentToProxies() throws Exception {
        String rest = " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        assertThat(exchange("GET http://localhost:80/v1/models?x=1" + rest))
                .startsWith("HTTP/1.1 200")
                .contains("\"m\"");
        assertThat(exchange("GET //localhost/v1/models" + rest)).startsWith("HTTP/1.1 404");
    }

    @Test
    void theOnlyModelNeedNotBeNamed() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        assertThat(weir.post(CHAT, ASK).statusCode()).isEqualTo(200);
        assertThat(engine.nextRequest().body()).isEqualTo(ASK);
    }

    @Test
    void whatACallerSaysThatItAcceptsOrSendsDoesNotMatter() throws Exception {
        try (Socket client = weir.connect()) {
            write(client, "GET /v1/models HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\n\r\n");
            assertThat(readUntil(client, text -> text.endsWith("]}"))).startsWith("HTTP/1.1 200");
        }
        engine.answers(exchange -> exchange.json(200, "{\"fine\":true}"));
        for (String type : List.of("text/plain", "no type at all", "application/x-www-form-urlencoded")) {
            HttpResponse<String> answer = weir.post(CHAT, ASK, "content-type", type);
            assertThat(answer.statusCode()).as(type).isEqualTo(200);
            assertThat(engine.nextRequest().headers()).containsEntry("content-type", "application/json");
        }
    }

    @Test
    void aBodyWhoseChunksBreakIsRefused() throws Exception {
        String answer = exchange("POST " + CHAT
                + " HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{\"m\r\nzz\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 400")
                .contains("\"invalid_http\"")
                .contains("connection: close");
    }

    @Test
    void aHeadThatDoesNotComeIsTimedOut() throws Exception {
        for (String beginning : List.of("P", "POST " + CHAT + " HTTP/1.1\r\nhost: localhost\r\nx: ")) {
            assertThat(exchange(impatient, beginning))
                    .startsWith("HTTP/1.1 408")
                    .contains("\"request_timeout\"");
        }
    }

    @Test
    void lineEndsBetweenRequestsAreNoBeginning() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        try (Socket client = impatient.connect()) {
            send(client, CHAT, "", ASK);
            assertThat(readUntil(client, text -> text.endsWith("{}"))).startsWith("HTTP/1.1 200");
            write(client, "\r\n\r\n");
            // Another connection's head runs out of time in the meantime.
            assertThat(exchange(impatient, "P")).startsWith("HTTP/1.1 408");
            send(client, CHAT, "", ASK);
            assertThat(readUntil(client, text -> text.endsWith("{}"))).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aChunksLineWithoutEndIsRefused() throws Exception {
        assertThat(exchange("POST " + CHAT + " HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5;"
                        + "x".repeat(10_000)))
                .startsWith("HTTP/1.1 400")
                .contains("\"invalid_http\"");
    }

    @Test
    void halfACharacterIsNoReasonToFail() throws Exception {
        assertThat(weir.post(CHAT, "{\"model\":\"\\ud800\"}").statusCode()).isBetween(400, 499);
    }

    @Test
    void aBodyThatDoesNotComeIsTimedOut() throws Exception {
        String answer =
                exchange(impatient, "POST " + CHAT + " HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{");
        assertThat(answer).startsWith("HTTP/1.1 408").contains("\"request_timeout\"");
    }

    @Test
    void aBodyThatNobodyNeededAndThatBreaksEndsTheConnection() throws Exception {
        try (Socket client = weir.connect()) {
            write(client, "GET /v1/models HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
            readUntil(client, text -> text.endsWith("]}"));
            write(client, "zz\r\n");
            assertThat(readUntil(client, _ -> false)).isEmpty();
        }
    }

    @Test
    void whatCannotBeReadWaitsForTheAnswersBeforeIt() throws Exception {
        CountDownLatch refusedSent = new CountDownLatch(1);
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            assertThat(refusedSent.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            exchange.chunk("data: [DONE]\n\n");
            exchange.end();
        });
        try (Socket client = weir.connect()) {
            send(client, CHAT, "", ASK_STREAM);
            readUntil(client, text -> text.contains("data: 1\n\n"));
            write(client, "GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\nbanana\r\n\r\n");
            refusedSent.countDown();
            String rest = readUntil(client, _ -> false);
            assertThat(rest.indexOf("[DONE]")).isLessThan(rest.indexOf("\"object\":\"list\""));
            assertThat(rest.indexOf("\"object\":\"list\"")).isLessThan(rest.indexOf("\"invalid_http\""));
        }
    }

    @Test
    void theLastOfPipelinedRequestsMayAskForTheEnd() throws Exception {
        CountDownLatch lastSent = new CountDownLatch(1);
        engine.answers(exchange -> {
            assertThat(lastSent.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            exchange.json(200, "{\"fine\":true}");
        });
        try (Socket client = weir.connect()) {
            send(client, CHAT, "", ASK);
            engine.nextRequest();
            write(client, "GET /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
            // The control plane has read both before the first is answered.
            lastSent.countDown();
            assertThat(readUntil(client, _ -> false))
                    .contains("{\"fine\":true}")
                    .endsWith("]}");
        }
    }

    @Test
    void enginesAreToldByUsAloneWhoseARequestIs() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        HttpResponse<String> answer = weir.post(
                CHAT,
                ASK,
                "x-weir-number",
                "1",
                "X-Weir-Tenant",
                "somebody",
                "x-weir-priority",
                "-9",
                "x-weir-cache-salt",
                "theirs",
                "x-weir-proxy-secret",
                "guess");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(engine.nextRequest().headers())
                .containsEntry("x-weir-proxy-secret", SECRET)
                .containsEntry("x-weir-tenant", "default")
                .doesNotContainKeys("x-weir-number", "x-weir-priority", "x-weir-cache-salt");
        assertThat(answer.headers().map()).doesNotContainKeys("x-weir-proxy-secret", "x-weir-tenant");
    }
}
