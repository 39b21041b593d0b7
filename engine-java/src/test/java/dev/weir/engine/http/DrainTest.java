package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.http.ApiClient.Answer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A server that is told to stop: new requests are turned away, running ones end as they should, or say that they do not. */
class DrainTest {

    private static final String PATH = "/v1/completions";

    /** More than all buffers between engine and client hold, so that it goes on only as far as the client reads. */
    private static final String LONG_STREAM =
            "{\"prompt\":[1,2,3],\"n\":16,\"max_tokens\":500,\"ignore_eos\":true," + "\"stream\":true,\"logprobs\":20}";

    @Test
    void runningStreamEndsWhileNewRequestsAreTurnedAway() throws Exception {
        try (TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);
                ApiClient client = new ApiClient(engine);
                RawConnection connection = new RawConnection(engine)) {
            connection.post(PATH, LONG_STREAM);
            awaitRunning(engine);
            Thread drain = drain(engine, Duration.ofSeconds(60));
            for (Answer ready = client.get("/ready"); ready.status() == 200; ready = client.get("/ready")) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(client.get("/ready").json().path("status").asString()).isEqualTo("draining");
            assertThat(client.get("/health").status()).isEqualTo(200);
            Answer refused = client.post(PATH, "{\"prompt\":[1]}");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.error().path("code").asString()).isEqualTo("shutting_down");
            assertThat(refused.http().headers().firstValue("retry-after")).hasValue("1");
            assertThat(ApiClient.events(connection.read().body())).last().isEqualTo("[DONE]");
            drain.join();
            assertThat(connection.isAtEnd()).isTrue();
        }
    }

    @Test
    void streamThatIsCutShortSaysSoAndIsNotDone() throws Exception {
        try (TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);
                RawConnection connection = new RawConnection(engine)) {
            connection.post(PATH, LONG_STREAM);
            awaitRunning(engine);
            Thread drain = drain(engine, Duration.ZERO);
            List<String> events = ApiClient.events(connection.read().body());
            JsonNode last = ApiClient.parse(events.getLast());
            assertThat(last.path("error").path("code").asString()).isEqualTo("cancelled");
            assertThat(events).doesNotContain("[DONE]");
            drain.join();
        }
    }

    private static void awaitRunning(TestEngine engine) {
        while (engine.ownedBlocks() == 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static Thread drain(TestEngine engine, Duration patience) {
        return Thread.ofVirtual().start(() -> {
            try {
                engine.drain(patience);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }
}
