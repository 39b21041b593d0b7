package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.http.RawConnection.Reply;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a socket sees: keep-alive, pipelining, upgrades, expectations, chunks, limits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpProtocolTest {

    private static final String PATH = "/v1/completions";
    private static final String BODY = "{\"prompt\":[1,2],\"max_tokens\":3,\"ignore_eos\":true,\"seed\":1}";
    private static final String STREAM = BODY.replace("}", ",\"stream\":true}");
    private static final int BODY_BYTES_MAX = 10_000;

    private final TestEngine engine = start(Duration.ofSeconds(20));

    private static TestEngine start(Duration readMax) {
        return TestEngine.start(
                new HttpLimits(
                        BODY_BYTES_MAX,
                        1000,
                        2000,
                        12,
                        4,
                        8,
                        4,
                        8,
                        8,
                        1 << 16,
                        64,
                        readMax,
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1)),
                OptionalLong.empty(),
                TestModels.TINY_LLAMA);
    }

    @AfterAll
    void close() {
        engine.close();
    }

    private RawConnection connect() throws IOException {
        return new RawConnection(engine);
    }

    @Test
    void connectionServesOneRequestAfterTheOther() throws IOException {
        try (RawConnection connection = connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(connection.post(PATH, BODY).read().status()).isEqualTo(200);
                Reply stream = connection.post(PATH, STREAM).read();
                assertThat(ApiClient.events(stream.body())).last().isEqualTo("[DONE]");
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (RawConnection connection = connect()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 12; i++) {
                String body = i % 3 == 0 ? STREAM : i % 3 == 1 ? "{broken" : BODY;
                requests.append("POST " + PATH + " HTTP/1.1\r\nhost: a\r\nx-request-id: nr" + i + "\r\ncontent-length: "
                        + body.length() + "\r\n\r\n" + body);
            }
            connection.write(requests.toString());
            for (int i = 0; i < 12; i++) {
                Reply reply = connection.read();
                assertThat(reply.headers()).containsEntry("x-request-id", "nr" + i);
                assertThat(reply.status()).isEqualTo(i % 3 == 1 ? 400 : 200);
            }
        }
    }

    @Test
    void offerOfHttp2WithABodyIsAnsweredInHttp11() throws IOException {
        try (RawConnection connection = connect()) {
            Reply reply = connection
                    .post(
                            PATH,
                            BODY,
                            "connection: Upgrade, HTTP2-Settings",
                            "upgrade: h2c",
                            "http2-settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA")
                    .read();
            assertThat(reply.status()).isEqualTo(200);
            assertThat(connection.post(PATH, BODY).read().status()).isEqualTo(200);
        }
    }

    @Test
    void clientThatPrefersHttp2IsServed() throws Exception {
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + engine.address().getPort() + PATH))
                            .POST(HttpRequest.BodyPublishers.ofString(BODY))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }

    @Test
    void expectationIsMetBeforeTheBodyIsSent() throws IOException {
        try (RawConnection connection = connect()) {
            connection.write("POST " + PATH + " HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: "
                    + BODY.length() + "\r\n\r\n");
            assertThat(connection.read().status()).isEqualTo(100);
            assertThat(connection.write(BODY).read().status()).isEqualTo(200);
        }
    }

    @Test
    void bodyTooLargeIsRefusedBeforeItIsSent() throws IOException {
        try (RawConnection connection = connect()) {
            connection.write("POST " + PATH + " HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: "
                    + (BODY_BYTES_MAX + 1) + "\r\n\r\n");
            Reply reply = connection.read();
            assertThat(reply.status()).isEqualTo(413);
            assertThat(reply.body()).contains("10001").contains("10000");
            assertThat(connection.isAtEnd()).isTrue();
        }
    }

    @Test
    void chunkedBodyIsRead() throws IOException {
        try (RawConnection connection = connect()) {
            connection.write("POST " + PATH + " HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
            for (int i = 0; i < BODY.length(); i += 7) {
                String chunk = BODY.substring(i, Math.min(i + 7, BODY.length()));
                connection.write(Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n");
            }
            assertThat(connection.write("0\r\n\r\n").read().status()).isEqualTo(200);
        }
    }

    @Test
    void chunkedBodyTooLargeIsRefusedWhereItCrossesTheLimit() throws IOException {
        try (RawConnection connection = connect()) {
            connection.write("POST " + PATH + " HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
            for (int i = 0; i < 11; i++) {
                connection.write("3e8\r\n" + "x".repeat(1000) + "\r\n");
            }
            assertThat(connection.read().status()).isEqualTo(413);
        }
    }

    @Test
    void requestThatNeverEndsIsTimedOut() throws IOException {
        try (TestEngine impatient = start(Duration.ofSeconds(1));
                RawConnection connection = new RawConnection(impatient)) {
            connection.write("POST " + PATH + " HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n{");
            Reply reply = connection.read();
            assertThat(reply.status()).isEqualTo(408);
            assertThat(connection.isAtEnd()).isTrue();
        }
    }

    @Test
    void headersTooLongAreRefused() throws IOException {
        try (RawConnection connection = connect()) {
            connection.write("GET /health HTTP/1.1\r\nhost: a\r\nx: " + "y".repeat(3000) + "\r\n\r\n");
            assertThat(connection.read().status()).isEqualTo(431);
        }
    }

    @Test
    void requestLineTooLongIsRefused() throws IOException {
        try (RawConnection connection = connect()) {
            connection.write("GET /" + "y".repeat(3000) + " HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(connection.read().status()).isEqualTo(414);
        }
    }

    @Test
    void whatIsNoHttpIsRefused() throws IOException {
        try (RawConnection connection = connect()) {
            connection.write("\u0016\u0003\u0001 tls perhaps\r\n\r\n");
            Reply reply = connection.read();
            assertThat(reply.status()).isEqualTo(400);
            assertThat(ApiClient.parse(reply.body()).path("error").path("type").asString())
                    .isEqualTo("invalid_request_error");
        }
    }

    @Test
    void compressedBodyIsRefused() throws IOException {
        try (RawConnection connection = connect()) {
            assertThat(connection
                            .post(PATH, "xyz", "content-encoding: gzip")
                            .read()
                            .status())
                    .isEqualTo(415);
        }
    }

    @Test
    void transferEncodingOtherThanChunkedIsRefused() throws IOException {
        try (RawConnection connection = connect()) {
            connection.write(
                    "POST " + PATH + " HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
            assertThat(connection.read().status()).isEqualTo(501);
        }
    }

    @Test
    void http10ClientGetsAnAnswerAndTheEnd() throws IOException {
        try (RawConnection connection = connect()) {
            connection.write("POST " + PATH + " HTTP/1.0\r\ncontent-length: " + STREAM.length() + "\r\n\r\n" + STREAM);
            Reply head = connection.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.headers()).doesNotContainKey("transfer-encoding").containsEntry("connection", "close");
            List<String> lines = new ArrayList<>();
            for (String line = connection.readLine(); !line.equals("data: [DONE]"); line = connection.readLine()) {
                lines.add(line);
            }
            assertThat(lines).isNotEmpty();
            connection.readLine();
            assertThat(connection.isAtEnd()).isTrue();
        }
    }

    @Test
    void clientThatAsksForTheEndGetsIt() throws IOException {
        try (RawConnection connection = connect()) {
            assertThat(connection.post(PATH, BODY, "connection: close").read().headers())
                    .containsEntry("connection", "close");
            assertThat(connection.isAtEnd()).isTrue();
        }
    }

    @Test
    void requestIdIsEchoedOrMade() throws IOException {
        try (RawConnection connection = connect()) {
            assertThat(connection
                            .post(PATH, BODY, "x-request-id: my-id.7")
                            .read()
                            .headers())
                    .containsEntry("x-request-id", "my-id.7");
            assertThat(connection.post(PATH, BODY).read().headers().get("x-request-id"))
                    .startsWith("req-");
            assertThat(connection
                            .post(PATH, BODY, "x-request-id: " + "z".repeat(200))
                            .read()
                            .headers()
                            .get("x-request-id"))
                    .startsWith("req-");
        }
    }

    @Test
    void headIsAnsweredAsGetWithoutTheBody() throws IOException {
        try (RawConnection connection = connect()) {
            Reply get = connection
                    .write("GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\n")
                    .read();
            Reply head = connection
                    .write("HEAD /v1/models HTTP/1.1\r\nhost: a\r\n\r\n")
                    .readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.headers().get("content-length"))
                    .isEqualTo(get.headers().get("content-length"));
            // What follows is the next answer: no body stood in between.
            assertThat(connection
                            .write("HEAD /v1/models/nobody HTTP/1.1\r\nhost: a\r\n\r\n")
                            .readHead()
                            .status())
                    .isEqualTo(404);
            assertThat(connection.post(PATH, BODY).read().status()).isEqualTo(200);
        }
    }

    @Test
    void wrongMethodNamesTheRightOnes() throws IOException {
        try (RawConnection connection = connect()) {
            assertThat(connection
                            .write("DELETE /health HTTP/1.1\r\nhost: a\r\n\r\n")
                            .read()
                            .headers())
                    .containsEntry("allow", "GET, HEAD");
            assertThat(connection
                            .write("HEAD " + PATH + " HTTP/1.1\r\nhost: a\r\n\r\n")
                            .readHead()
                            .headers())
                    .containsEntry("allow", "POST");
        }
    }

    @Test
    void targetMayBeAUrlAsSentToProxies() throws IOException {
        try (RawConnection connection = connect()) {
            assertThat(connection
                            .write("GET http://weir.example:80/health?x=1 HTTP/1.1\r\nhost: weir.example\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
            assertThat(connection
                            .write("GET //weir.example/health HTTP/1.1\r\nhost: a\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(404);
        }
    }

    @Test
    void prefaceOfHttp2IsAnsweredOnce() throws IOException {
        try (RawConnection connection = connect()) {
            Reply reply = connection.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").read();
            assertThat(reply.status()).isEqualTo(505);
            assertThat(connection.isAtEnd()).isTrue();
        }
    }
}
