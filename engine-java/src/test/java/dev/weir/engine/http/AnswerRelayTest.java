package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestModels;
import dev.weir.engine.admission.AdmissionLimits;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.admission.Submission;
import dev.weir.engine.http.RawConnection.Reply;
import dev.weir.engine.model.GenerationDefaults;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Times;
import dev.weir.engine.request.TokenEvent.Token;
import dev.weir.engine.sampling.constraint.ConstraintCompiler;
import dev.weir.engine.streaming.TokenStream;
import dev.weir.engine.tokenization.DjlTokenizer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server over an engine that the test plays itself: what comes when is then the test's to say. */
class AnswerRelayTest {

    private static final String PATH = "/v1/completions";
    private static final String WHOLE = "{\"prompt\":[1,2,3]}";
    private static final String STREAM = "{\"prompt\":[1,2,3],\"stream\":true}";
    private static final int WAITING_MAX = 2;

    private final BlockingQueue<Submission> submitted = new LinkedBlockingQueue<>();
    private final AdmissionQueue admission =
            new AdmissionQueue(new AdmissionLimits(WAITING_MAX, 297, 512, 64, 16), () -> 0);
    private final DjlTokenizer tokenizer = DjlTokenizer.open(
            ModelDirectory.open(TestModels.fixture(TestModels.TINY_LLAMA)).tokenizerFile());
    private final Serving serving = new Serving();
    private final HttpServer server = start();

    private HttpServer start() {
        admission.onArrival(() -> admission.drain(submitted::add));
        serving.ready(List.of(new ServedModel(
                "played",
                0,
                tokenizer,
                null,
                new GenerationDefaults(Set.of(), null, null, null, null),
                512,
                new EmbeddingSettings(4, Pooling.LAST_TOKEN),
                ConstraintCompiler.of(tokenizer.vocabSize(), tokenizer::tokenBytes, Set.of()),
                admission,
                () -> true)));
        try {
            return new HttpServer(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    HttpLimits.defaults(),
                    serving,
                    TrustedProxy.none(),
                    new HttpServer.Metrics(() -> "", "text/plain"),
                    new HttpServer.Sources(() -> "1", () -> 1, Clock.systemUTC()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() {
        server.close();
        tokenizer.close();
    }

    private RawConnection connect() throws IOException {
        return new RawConnection(server.address());
    }

    private TokenStream nextStream() throws InterruptedException {
        return submitted.take().stream();
    }

    private static Token token(String text) {
        return new Token(5, text, null);
    }

    private static Finished end(FinishReason reason, @Nullable String message) {
        return new Finished(reason, "", 3, 0, 1, null, message, new Times(1_500_000, 20_000_000, 300_000_000));
    }

    @Test
    void runningStreamEndsWhileNewRequestsAreTurnedAway() throws Exception {
        try (RawConnection running = connect();
                RawConnection other = connect()) {
            running.post(PATH, STREAM);
            TokenStream stream = nextStream();
            stream.publish(token("a"));
            serving.draining();
            assertThat(server.awaitIdle(Duration.ofMillis(20))).isFalse();
            assertThat(get(other, "/ready").status()).isEqualTo(503);
            assertThat(get(other, "/health").status()).isEqualTo(200);
            Reply refused = other.post(PATH, WHOLE).read();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.headers()).containsEntry("retry-after", "1");
            assertThat(code(refused)).isEqualTo("shutting_down");
            stream.publish(end(FinishReason.STOP, null));
            assertThat(ApiClient.events(running.read().body())).last().isEqualTo("[DONE]");
            assertThat(server.awaitIdle(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void nothingIsServedBeforeTheModelsAreLoaded() throws Exception {
        try (HttpServer starting = new HttpServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        HttpLimits.defaults(),
                        new Serving(),
                        TrustedProxy.none(),
                        new HttpServer.Metrics(() -> "", "text/plain"),
                        new HttpServer.Sources(() -> "1", () -> 1, Clock.systemUTC()));
                RawConnection connection = new RawConnection(starting.address())) {
            assertThat(get(connection, "/health").status()).isEqualTo(200);
            assertThat(get(connection, "/ready").status()).isEqualTo(503);
            assertThat(code(connection.post(PATH, WHOLE).read())).isEqualTo("starting");
        }
    }

    @Test
    void whatTheTimeWentIntoIsToldToThoseWhoTakeTrailers() throws Exception {
        String times = "queue;dur=1.500, prefill;dur=20.000, decode;dur=300.000";
        try (RawConnection connection = connect()) {
            for (String body : List.of(WHOLE, STREAM)) {
                connection.post(PATH, body, "te: trailers", "connection: te");
                TokenStream stream = nextStream();
                stream.publish(token("a"));
                stream.publish(end(FinishReason.STOP, null));
                assertThat(connection.read().headers()).containsEntry("server-timing", times);
            }
        }
    }

    @Test
    void failureBeforeTheFirstTokenIsAnOrdinaryError() throws Exception {
        try (RawConnection connection = connect()) {
            connection.post(PATH, STREAM);
            nextStream().publish(end(FinishReason.ERROR, "the device is gone"));
            Reply reply = connection.read();
            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.body()).contains("the device is gone");
        }
    }

    @Test
    void failureInTheMiddleIsTheLastEventAndNothingIsDone() throws Exception {
        try (RawConnection connection = connect()) {
            connection.post(PATH, STREAM);
            TokenStream stream = nextStream();
            stream.publish(token("a"));
            assertThat(connection.readHead().headers()).doesNotContainKey("trailer");
            connection.readLine();
            assertThat(connection.readLine()).startsWith("data: ").contains("\"a\"");
            stream.publish(end(FinishReason.ERROR, "the device is gone"));
            for (int i = 0; i < 3; i++) {
                connection.readLine();
            }
            String last = connection.readLine();
            assertThat(last).startsWith("data: {\"error\":").contains("the device is gone");
            connection.readLine();
            connection.readLine();
            assertThat(connection.readLine()).isEqualTo("0");
        }
    }

    @Test
    void generationThatTheEngineEndedMayBeTriedElsewhere() throws Exception {
        try (RawConnection connection = connect()) {
            connection.post(PATH, WHOLE);
            nextStream().publish(end(FinishReason.CANCELLED, null));
            Reply reply = connection.read();
            assertThat(reply.status()).isEqualTo(503);
            assertThat(code(reply)).isEqualTo("cancelled");
        }
    }

    @Test
    void oneFailedChoiceEndsTheOthers() throws Exception {
        try (RawConnection connection = connect()) {
            connection.post(PATH, "{\"prompt\":[1],\"n\":2}");
            TokenStream first = nextStream();
            TokenStream second = nextStream();
            second.publish(end(FinishReason.ERROR, "odd"));
            assertThat(connection.read().status()).isEqualTo(500);
            assertThat(first.isCancelled()).isTrue();
        }
    }

    @Test
    void fullQueueIsToldWithATimeToRetry() throws Exception {
        try (RawConnection connection = connect()) {
            Reply reply = connection.post(PATH, "{\"prompt\":[1],\"n\":3}").read();
            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.headers()).containsEntry("retry-after", "1");
            assertThat(code(reply)).isEqualTo("engine_overloaded");
            assertThat(nextStream().isCancelled()).isTrue();
            assertThat(nextStream().isCancelled()).isTrue();
        }
    }

    @Test
    void clientThatLeavesCancelsItsSequences() throws Exception {
        TokenStream stream;
        try (RawConnection connection = connect()) {
            connection.post(PATH, WHOLE);
            stream = nextStream();
            stream.publish(token("a"));
        }
        while (!stream.isCancelled()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void clientThatDoesNotReadFillsItsOwnStreamOnlyAndGetsEverythingInTheEnd() throws Exception {
        try (RawConnection connection = connect()) {
            connection.post(PATH, STREAM);
            TokenStream stream = nextStream();
            String large = "x".repeat(1 << 16);
            int published = 0;
            while (!stream.isFull()) { // ends because the relay stops polling once the buffers between us are full
                stream.publish(token(large));
                published++;
            }
            Thread reader = Thread.ofVirtual().start(() -> awaitRoomAndEnd(stream));
            long length = ApiClient.events(connection.read().body()).stream()
                    .filter(event -> !event.equals("[DONE]"))
                    .mapToLong(event -> ApiClient.parse(event)
                            .path("choices")
                            .path(0)
                            .path("text")
                            .asString()
                            .length())
                    .sum();
            reader.join();
            assertThat(length).isEqualTo((long) published * large.length());
        }
    }

    private static void awaitRoomAndEnd(TokenStream stream) {
        while (stream.isFull()) {
            LockSupport.parkNanos(1_000_000);
        }
        stream.publish(end(FinishReason.LENGTH, null));
    }

    private static Reply get(RawConnection connection, String path) throws IOException {
        return connection.write("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n").read();
    }

    private static String code(Reply reply) {
        return ApiClient.parse(reply.body()).path("error").path("code").asString();
    }
}
