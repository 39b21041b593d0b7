package dev.weir.control;

import static dev.weir.control.RunningControlPlane.readUntil;
import static dev.weir.control.RunningControlPlane.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.MessageCreateParams;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams whose first token takes long. */
class HeartbeatTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String STREAM = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}";
    private static final String COMMENT = ": waiting for the first token\n\n";
    private static final int WAIT_SECONDS_MAX = 20;

    @TempDir
    private static Path directory;

    private static ScriptedEngine engine;
    private static RunningControlPlane weir;

    @BeforeAll
    static void start() throws IOException {
        Path configuration = Files.writeString(
                directory.resolve("weir.yaml"), "models: {detoured: {fallbacks: [{to: m, for: busy}]}}\n");
        engine = ScriptedEngine.with("m", "detoured");
        weir = new RunningControlPlane(
                List.of(engine), "--weir.configuration.file=" + configuration, "--weir.ingress.heartbeat-every=10ms");
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
    }

    private static String chunk(String delta, String finish) {
        return "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    private static void tellAll(ScriptedEngine.Exchange exchange) throws IOException {
        exchange.beginEvents();
        exchange.chunk(chunk("{\"role\":\"assistant\",\"content\":\"Hello\"}", "null"));
        exchange.chunk(chunk("{}", "\"stop\"") + "data: [DONE]\n\n");
        exchange.end();
    }

    /** The engine answers so once the latch is open. */
    private static CountDownLatch answersLate(ScriptedEngine.Script script) {
        CountDownLatch open = new CountDownLatch(1);
        engine.answers(exchange -> {
            assertThat(open.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            script.answer(exchange);
        });
        return open;
    }

    private static void awaitComments(Socket socket) throws IOException {
        assertThat(readUntil(socket, text -> text.split(COMMENT, -1).length > 2))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("content-type: text/event-stream")
                .containsIgnoringCase("x-request-id: ");
    }

    @Test
    void whoWaitsHearsOfItAndThenTheAnswer() throws Exception {
        CountDownLatch open = answersLate(HeartbeatTest::tellAll);
        try (Socket socket = weir.connect()) {
            send(socket, CHAT, "", STREAM);
            awaitComments(socket);
            open.countDown();
            assertThat(readUntil(socket, text -> text.endsWith("\r\n0\r\n\r\n")))
                    .contains("Hello", "data: [DONE]\n\n")
                    .doesNotContain("HTTP/1.1");
        }
    }

    @Test
    void whatFailsBehindACommentIsAnEventAndAnotherModelMayStillAnswer() throws Exception {
        CountDownLatch open =
                answersLate(exchange -> exchange.json(429, "{\"error\":{\"message\":\"busy\",\n\"code\":\"x\"}}"));
        try (Socket socket = weir.connect()) {
            send(socket, CHAT, "", STREAM);
            awaitComments(socket);
            open.countDown();
            assertThat(readUntil(socket, text -> text.endsWith("\r\n0\r\n\r\n")))
                    .contains("data: {\"error\":{\"message\":\"busy\",\ndata: \"code\":\"x\"}}\n\n")
                    .doesNotContain("[DONE]");
        }
        // It is counted when the connection has had the answer's last byte.
        await().untilAsserted(() -> assertThat(weir.get("/actuator/prometheus").body())
                .contains("llm_requests_total{model=\"m\",status=\"429\",tenant=\"default\"} 1.0"));
        CountDownLatch opened = answersLate(exchange -> {
            if (exchange.request().body().contains("detoured")) {
                exchange.json(429, "{}");
            } else {
                tellAll(exchange);
            }
        });
        try (Socket socket = weir.connect()) {
            send(socket, CHAT, "", STREAM.replace("\"m\"", "\"detoured\""));
            awaitComments(socket);
            opened.countDown();
            assertThat(readUntil(socket, text -> text.contains("[DONE]"))).contains("Hello");
        }
    }

    @Test
    void whoLeavesWhileWaitingFreesTheEngine() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        engine.answers(exchange -> exchange.awaitGone(gone));
        try (Socket socket = weir.connect()) {
            send(socket, CHAT, "", STREAM);
            awaitComments(socket);
        }
        assertThat(gone.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        await().until(weir::underWayCount, count -> count == 0);
    }

    @Test
    void whoGetsAnAnswerAsAWholeHearsNothing() throws Exception {
        CountDownLatch open = answersLate(exchange -> exchange.json(200, "{\"fine\":1}"));
        try (Socket streaming = weir.connect();
                Socket whole = weir.connect()) {
            send(whole, CHAT, "", STREAM.replace("true", "false"));
            engine.nextRequest();
            send(streaming, CHAT, "", STREAM);
            awaitComments(streaming);
            open.countDown();
            assertThat(readUntil(whole, text -> text.contains("fine"))).doesNotContain("waiting");
        }
    }

    /** The client's request waits longer than the other, which has heard two comments. */
    private static <T> T withComments(Callable<T> client) throws Exception {
        CountDownLatch open = answersLate(HeartbeatTest::tellAll);
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                answer.complete(client.call());
            } catch (Exception failure) {
                answer.completeExceptionally(failure);
            }
        });
        engine.nextRequest();
        try (Socket socket = weir.connect()) {
            send(socket, CHAT, "", STREAM);
            awaitComments(socket);
        }
        open.countDown();
        return answer.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    }

    @Test
    void openAisClientReadsPastComments() throws Exception {
        OpenAIClient openai = OpenAIOkHttpClient.builder()
                .baseUrl(weir.uri("/v1").toString())
                .apiKey("none")
                .maxRetries(0)
                .build();
        ChatCompletionCreateParams ask = ChatCompletionCreateParams.builder()
                .model("m")
                .addUserMessage("Hi")
                .build();
        ChatCompletionAccumulator all = ChatCompletionAccumulator.create();
        String text = withComments(() -> {
            try (var stream = openai.chat().completions().createStreaming(ask)) {
                stream.stream().forEach(all::accumulate);
            }
            return all.chatCompletion().choices().getFirst().message().content().orElseThrow();
        });
        openai.close();
        assertThat(text).isEqualTo("Hello");
    }

    @Test
    void anthropicsClientReadsPastComments() throws Exception {
        AnthropicClient anthropic = AnthropicOkHttpClient.builder()
                .baseUrl(weir.uri("").toString())
                .apiKey("none")
                .maxRetries(0)
                .build();
        MessageCreateParams ask = MessageCreateParams.builder()
                .model("m")
                .maxTokens(64)
                .addUserMessage("Hi")
                .build();
        MessageAccumulator all = MessageAccumulator.create();
        String text = withComments(() -> {
            try (var stream = anthropic.messages().createStreaming(ask)) {
                stream.stream().forEach(all::accumulate);
            }
            return all.message().content().getFirst().asText().text();
        });
        anthropic.close();
        assertThat(text).isEqualTo("Hello");
    }
}
