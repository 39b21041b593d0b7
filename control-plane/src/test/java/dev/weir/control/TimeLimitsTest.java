package dev.weir.control;

import static dev.weir.control.RunningControlPlane.send;
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

/** What happens at the limits of time, with a control plane whose patience is short, which is no other test's business. */
class TimeLimitsTest {
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
                "--weir.upstream.first-byte-max=2s",
                "--weir.upstream.silence-max=2s",
                "--weir.upstream.stall-max=600ms");
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
    }

    @Test
    void anEngineThatDoesNotBeginToAnswerTimesOutAndIsLetGo() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        engine.answers(exchange -> exchange.awaitGone(gone));
        HttpResponse<String> response = weir.post(CHAT, ASK_STREAM);
        assertThat(response.statusCode()).isEqualTo(504);
        assertThat(response.body()).contains("engine_timeout", "2000 ms");
        assertThat(gone.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anEngineThatFallsSilentEndsTheStreamWithAnErrorEventAndIsLetGo() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            exchange.awaitGone(gone);
        });
        HttpResponse<String> response = weir.post(CHAT, ASK_STREAM);
        assertThat(response.body())
                .startsWith("data: 1\n\ndata: {\"error\":")
                .contains("engine_timeout")
                .doesNotContain("[DONE]");
        assertThat(gone.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aClientThatReadsNoMoreDoesNotHoldTheEngine() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        engine.answers(exchange -> {
            try {
                exchange.beginEvents();
                while (true) {
                    exchange.chunk("data: " + "x".repeat(1024) + "\n\n");
                }
            } finally {
                gone.countDown();
            }
        });
        try (Socket client = weir.connect()) {
            send(client, CHAT, "", ASK_STREAM);
            assertThat(gone.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        }
    }
}
