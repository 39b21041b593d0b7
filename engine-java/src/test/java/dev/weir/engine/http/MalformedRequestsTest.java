package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.http.MalformedRequests.Malformed;
import dev.weir.engine.http.RawConnection.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * A thousand requests with bodies that are wrong in some way, over sockets, to an engine that runs a model: each is refused, by a status
 * of 4xx in OpenAI's envelope that names what is wrong, on a connection that goes on. Where it is HTTP that is wrong, the refusal is the
 * connection's last word.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // one engine survives all of it
class MalformedRequestsTest {

    private static final long SEED = Long.getLong("weir.abuse.seed", 20261121);
    private static final int BODIES = Integer.getInteger("weir.abuse.bodies", 1000);
    private static final int CONNECTION_BODIES = 50;
    private static final Duration READ_MAX = Duration.ofMillis(700);
    private static final String PATH = "/v1/completions";
    private static final String VALID = "{\"prompt\":[1,2],\"max_tokens\":2,\"seed\":1}";

    private static final List<String> CONTENT_TYPES = List.of(
            "",
            "content-type: application/json\r\n",
            "content-type: application/json; charset=utf-16\r\n",
            "content-type: text/plain\r\n",
            "content-type: application/x-www-form-urlencoded\r\n",
            "content-type: multipart/form-data; boundary=b\r\n",
            "content-type: \u00ff/;;=\r\n");

    private final TestEngine engine = TestEngine.start(
            TestLimits.impatient(READ_MAX, HttpLimits.defaults().writeStallMax()),
            OptionalLong.empty(),
            TestModels.TINY_LLAMA);
    private final SplittableRandom random = new SplittableRandom(SEED);
    private Holdings before;

    @BeforeAll
    void warmUp() throws IOException {
        for (int i = 0; i < 64; i++) {
            try (RawConnection connection = new RawConnection(engine)) {
                assertThat(connection.post(PATH, VALID).read().status()).isEqualTo(200);
            }
        }
        before = Holdings.of(engine);
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @AfterEach
    void nothingStays() {
        before.awaitAgain(engine);
    }

    @Test
    void aThousandBodiesAreRefusedByName() throws IOException {
        MalformedRequests requests = new MalformedRequests(SEED);
        RawConnection connection = new RawConnection(engine);
        String whole = connection.post(PATH, VALID).read().body();
        for (int i = 0; i < BODIES; i++) {
            Malformed request = requests.next();
            String description =
                    "request " + i + " of seed " + SEED + ": " + request.what() + " in " + shown(request.body());
            connection.write(framed(request));
            Reply reply = connection.read();
            assertRefused(reply, request.named(), description);
            assertThat(reply.headers()).as(description).doesNotContainKey("connection");
            if (i % CONNECTION_BODIES == CONNECTION_BODIES - 1) {
                assertThat(connection.post(PATH, VALID).read().status())
                        .as("after " + description)
                        .isEqualTo(200);
                connection.close();
                connection = new RawConnection(engine);
            }
        }
        assertThat(text(connection.post(PATH, VALID).read().body())).isEqualTo(text(whole));
        connection.close();
    }

    /** With its length or in chunks of any size, under any label. */
    private byte[] framed(Malformed request) {
        byte[] body = request.body();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String head = "POST " + request.path() + " HTTP/1.1\r\nhost: test\r\n"
                + CONTENT_TYPES.get(random.nextInt(CONTENT_TYPES.size()));
        if (random.nextBoolean()) {
            out.writeBytes(latin(head + "content-length: " + body.length + "\r\n\r\n"));
            out.writeBytes(body);
            return out.toByteArray();
        }
        out.writeBytes(latin(head + "transfer-encoding: chunked\r\n\r\n"));
        for (int at = 0; at < body.length; ) {
            int bytes = Math.min(1 + random.nextInt(1 + body.length / 3), body.length - at);
            out.writeBytes(latin(Integer.toHexString(bytes) + (random.nextBoolean() ? ";a=b" : "") + "\r\n"));
            out.write(body, at, bytes);
            out.writeBytes(latin("\r\n"));
            at += bytes;
        }
        out.writeBytes(latin("0\r\n\r\n"));
        return out.toByteArray();
    }

    /** What is wrong is HTTP itself; the bytes as they are sent, and the code that refuses them. */
    record Abuse(String what, String wire, int status, String code) {

        @Override
        public String toString() {
            return what;
        }
    }

    static List<Abuse> abuses() {
        String post = "POST " + PATH + " HTTP/1.1\r\nhost: a\r\n";
        String chunked = post + "transfer-encoding: chunked\r\n\r\n";
        return List.of(
                new Abuse("negative length", post + "content-length: -1\r\n\r\n", 400, "invalid_http"),
                new Abuse("length that is no number", post + "content-length: 0x10\r\n\r\n", 400, "invalid_http"),
                new Abuse(
                        "length beyond long",
                        post + "content-length: 99999999999999999999\r\n\r\n",
                        400,
                        "invalid_http"),
                new Abuse(
                        "length beyond the limit",
                        post + "content-length: 99999999999\r\n\r\n",
                        413,
                        "request_too_large"),
                new Abuse(
                        "two lengths",
                        post + "content-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
                        400,
                        "invalid_http"),
                new Abuse(
                        "length greater than the body",
                        post + "content-length: 99\r\n\r\n" + VALID,
                        408,
                        "request_timeout"),
                new Abuse("a body without its end", chunked + "5\r\nhello\r\n", 408, "request_timeout"),
                new Abuse("a head without its end", post + "x: y\r\n", 408, "request_timeout"),
                new Abuse("a request line without its end", "POST /v1/comp", 408, "request_timeout"),
                new Abuse(
                        "length and chunks",
                        post + "content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                        400,
                        "invalid_http"),
                new Abuse("chunk size that is no number", chunked + "zz\r\nhello\r\n", 400, "invalid_http"),
                new Abuse("negative chunk size", chunked + "-5\r\nhello\r\n", 400, "invalid_http"),
                new Abuse("chunk size beyond int", chunked + "fffffffff\r\nhello\r\n", 400, "invalid_http"),
                new Abuse("empty chunk size", chunked + "\r\nhello\r\n", 400, "invalid_http"),
                new Abuse("chunk longer than its size", chunked + "2\r\nhello\r\n0\r\n\r\n", 400, "invalid_http"),
                new Abuse(
                        "chunk size of a megabyte",
                        chunked + "0".repeat(1 << 20) + "5\r\nhello\r\n",
                        400,
                        "invalid_http"),
                new Abuse(
                        "extension of a megabyte",
                        chunked + "5;" + "x".repeat(1 << 20) + "\r\nhello\r\n0\r\n\r\n",
                        400,
                        "invalid_http"),
                new Abuse(
                        "trailers without end",
                        chunked + "0\r\n" + "a: b\r\n".repeat(20_000) + "\r\n",
                        431,
                        "headers_too_large"),
                new Abuse(
                        "a thousand headers",
                        post + "x-a: 0123456789012345678901234567890\r\n".repeat(1000) + "\r\n",
                        431,
                        "headers_too_large"),
                new Abuse(
                        "a header of a megabyte",
                        post + "x: " + "y".repeat(1 << 20) + "\r\n\r\n",
                        431,
                        "headers_too_large"),
                new Abuse(
                        "a target of a megabyte",
                        "GET /" + "y".repeat(1 << 20) + " HTTP/1.1\r\n\r\n",
                        414,
                        "uri_too_long"),
                new Abuse("a header without a name", post + ": y\r\n\r\n", 400, "invalid_http"),
                new Abuse("a name with a blank", post + "x y: z\r\n\r\n", 400, "invalid_http"),
                new Abuse("NUL in a header", post + "x: a\u0000b\r\n\r\n", 400, "invalid_http"),
                new Abuse("no host", "POST " + PATH + " HTTP/1.1\r\n\r\n", 400, "invalid_http"),
                new Abuse("two hosts", post + "host: b\r\n\r\n", 400, "invalid_http"),
                new Abuse("no target", "POST HTTP/1.1\r\nhost: a\r\n\r\n", 400, "invalid_http"),
                new Abuse("a target that is none", "POST :: HTTP/1.1\r\nhost: a\r\n\r\n", 400, "invalid_http"),
                new Abuse("no HTTP", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n", 400, "invalid_http"),
                new Abuse(
                        "compressed",
                        post + "content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc",
                        415,
                        "unsupported_content_encoding"),
                new Abuse(
                        "an expectation",
                        post + "expect: miracles\r\ncontent-length: 3\r\n\r\nabc",
                        417,
                        "unsupported_expectation"));
    }

    @ParameterizedTest
    @MethodSource("abuses")
    void brokenHttpIsRefusedAndEndsTheConnection(Abuse abuse) throws IOException {
        try (RawConnection connection = new RawConnection(engine)) {
            connection.write(abuse.wire());
            Reply reply = connection.read();
            assertThat(reply.status()).as(reply.body()).isEqualTo(abuse.status());
            assertRefused(reply, abuse.code(), abuse.what());
            assertThat(reply.headers()).containsEntry("connection", "close");
            assertThat(connection.isAtEnd()).isTrue();
        }
    }

    private static void assertRefused(Reply reply, String named, String description) {
        assertThat(reply.status()).as(description + "\n" + reply.body()).isBetween(400, 499);
        assertThat(reply.headers())
                .as(description)
                .containsEntry("content-type", "application/json")
                .containsKey("x-request-id");
        JsonNode error = ApiClient.parse(reply.body()).path("error");
        assertThat(List.copyOf(error.propertyNames())).containsExactly("message", "type", "param", "code");
        assertThat(error.path("type").asString("")).isEqualTo("invalid_request_error");
        assertThat(error.path("message").asString(""))
                .as(description)
                .isNotBlank()
                .hasSizeLessThan(2000);
        String param = error.path("param").asString("");
        if (param.isEmpty()) {
            assertThat(error.path("code").asString(""))
                    .as(description + "\n" + reply.body())
                    .isEqualTo(named);
        } else {
            assertThat(param).as(description + "\n" + reply.body()).startsWith(named);
            assertThat(error.path("message").asString("")).as(description).contains(named);
        }
    }

    private static String text(String answer) {
        return ApiClient.parse(answer).path("choices").toString();
    }

    private static String shown(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        return text.length() <= 300 ? text : text.substring(0, 300) + "... of " + text.length();
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
