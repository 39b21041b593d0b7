package dev.weir.control;

import static dev.weir.control.RunningControlPlane.readUntil;
import static dev.weir.control.RunningControlPlane.send;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens at the limits of size and number, with limits that are soon reached. */
class LimitsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK_STREAM = "{\"model\":\"m\",\"stream\":true}";
    private static final int WAIT_SECONDS_MAX = 20;

    private static ScriptedEngine engine;
    private static RunningControlPlane weir;

    @BeforeAll
    static void start() throws IOException {
        engine = ScriptedEngine.with("m");
        weir = new RunningControlPlane(
                List.of(engine),
                "--weir.ingress.request-size-max=1KB",
                "--weir.ingress.event-size-max=2KB",
                "--weir.ingress.requests-under-way-max=2");
    }

    @BeforeEach
    void awaitThatNothingIsUnderWay() {
        await().until(weir::underWayCount, count -> count == 0);
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
    }

    @Test
    void aBodyThatSaysItIsTooLargeIsRefusedUnread() throws Exception {
        try (Socket client = weir.connect()) {
            client.getOutputStream()
                    .write(("POST " + CHAT + " HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1025\r\n\r\n")
                            .getBytes(ISO_8859_1));
            assertThat(readUntil(client, text -> text.endsWith("}}")))
                    .startsWith("HTTP/1.1 413")
                    .contains("the limit is 1024", "request_too_large");
        }
    }

    @Test
    void aBodyThatTurnsOutTooLargeIsRefused() throws Exception {
        try (Socket client = weir.connect()) {
            client.getOutputStream()
                    .write(("POST " + CHAT + " HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n401\r\n"
                                    + "x".repeat(1025) + "\r\n")
                            .getBytes(ISO_8859_1));
            assertThat(readUntil(client, text -> text.endsWith("}}"))).startsWith("HTTP/1.1 413");
        }
    }

    @Test
    void anEventWithoutEndIsNotCollectedForEver() throws Exception {
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            exchange.chunk("data: " + "x".repeat(4096));
            exchange.end();
        });
        assertThat(weir.post(CHAT, ASK_STREAM).body())
                .startsWith("data: 1\n\n")
                .contains("weir.ingress.event-size-max");
    }

    @Test
    void oneRequestTooManyIsRefusedAndTheNextIsServedAgain() throws Exception {
        CountDownLatch refusedOne = new CountDownLatch(1);
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            assertThat(refusedOne.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            exchange.end();
        });
        try (Socket one = weir.connect();
                Socket two = weir.connect()) {
            for (Socket client : List.of(one, two)) {
                send(client, CHAT, "", ASK_STREAM);
                readUntil(client, text -> text.contains("data: 1\n\n"));
            }
            HttpResponse<String> refused = weir.post(CHAT, ASK_STREAM);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
            assertThat(refused.body()).contains("weir.ingress.requests-under-way-max");
            refusedOne.countDown();
            readUntil(one, text -> text.endsWith("0\r\n\r\n"));
            readUntil(two, text -> text.endsWith("0\r\n\r\n"));
        }
        engine.answers(exchange -> exchange.json(200, "{}"));
        // An answer's last byte comes before its place is free.
        await().untilAsserted(() ->
                assertThat(weir.post(CHAT, "{\"model\":\"m\"}").statusCode()).isEqualTo(200));
    }
}
