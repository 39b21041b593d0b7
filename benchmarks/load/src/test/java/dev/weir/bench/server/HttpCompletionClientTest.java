package dev.weir.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.weir.bench.load.Answer;
import dev.weir.bench.load.Call;
import dev.weir.bench.load.FailureKind;
import dev.weir.bench.load.LiveTimeline;
import dev.weir.bench.load.TokenUsage;
import dev.weir.bench.workload.Message;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class HttpCompletionClientTest {
    private static final String CHAT = "/v1/chat/completions";

    private final HttpScript server = new HttpScript();
    private final LiveTimeline timeline = new LiveTimeline();

    @AfterEach
    void close() {
        server.close();
        timeline.close();
    }

    private Answer ask(Endpoint endpoint, Duration answerTimeMax) {
        CallOptions options = new CallOptions("tiny", endpoint, true, 0, answerTimeMax);
        Target target = Target.of(server.url() + "/v1/", Optional.of("secret"));
        try (HttpCompletionClient client = new HttpCompletionClient(target, options, timeline)) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            client.ask(new Call(List.of(new Message("user", "hello")), 5), answer::complete);
            return answer.orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    private Answer ask() {
        return ask(Endpoint.CHAT, Duration.ofSeconds(30));
    }

    private Answer.Completed complete(String stream) {
        server.on(CHAT, HttpScript.stream(stream));
        return assertThat(ask()).asInstanceOf(type(Answer.Completed.class)).actual();
    }

    private Answer.Failed failure(String stream) {
        server.on(CHAT, HttpScript.stream(stream));
        return assertThat(ask()).asInstanceOf(type(Answer.Failed.class)).actual();
    }

    @Test
    void asksForAStreamWithUsageAndForExactlyTheOrderedLength() {
        server.on(CHAT, HttpScript.stream(HttpScript.chunk("hi") + "data: [DONE]\n\n"));
        ask();

        JsonNode body = server.asked().getFirst();
        assertThat(body.path("model").asString()).isEqualTo("tiny");
        assertThat(body.path("messages").path(0).path("content").asString()).isEqualTo("hello");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(5);
        assertThat(body.path("stream").asBoolean()).isTrue();
        assertThat(body.path("stream_options").path("include_usage").asBoolean())
                .isTrue();
        assertThat(body.path("ignore_eos").asBoolean()).isTrue();
        assertThat(server.authorizations()).containsExactly("Bearer secret");
    }

    @Test
    void textEndpointGetsThePromptAsItIs() {
        server.on("/v1/completions", HttpScript.stream("data: {\"choices\":[{\"text\":\"hi\"}]}\n\ndata: [DONE]\n\n"));
        Answer answer = ask(Endpoint.COMPLETIONS, Duration.ofSeconds(30));

        assertThat(server.asked().getFirst().path("prompt").asString()).isEqualTo("hello");
        assertThat(answer).asInstanceOf(type(Answer.Completed.class)).returns("hi", Answer.Completed::text);
    }

    @Test
    void theFirstTokenIsTheFirstTextAndNotTheRole() {
        Answer.Completed answer = complete("""
                data: {"choices":[{"delta":{"role":"assistant","content":""}}]}

                """ + HttpScript.chunk("a") + HttpScript.chunk("b") + """
                data: {"choices":[{"delta":{},"finish_reason":"length"}]}

                data: {"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":8}}}

                data: [DONE]

                """);

        assertThat(answer.pieces().count()).isEqualTo(2);
        assertThat(answer.text()).isEqualTo("ab");
        assertThat(answer.usage()).isEqualTo(new TokenUsage(12, 8, 5, true));
        assertThat(answer.pieces().first()).isBetween(answer.sentNanos(), answer.endNanos());
    }

    @Test
    void withoutUsageChunksAreCountedAndTheAnswerSaysSo() {
        assertThat(complete(HttpScript.chunk("a") + HttpScript.chunk("b") + "data: [DONE]\n\n")
                        .usage())
                .isEqualTo(TokenUsage.ofChunks(2));
    }

    @Test
    void linesMayEndAsWindowsEndsThemAndHaveNoSpaceAfterTheColon() {
        assertThat(complete("data:{\"choices\":[{\"delta\":{\"content\":\"é\"}}]}\r\n\r\ndata:[DONE]\r\n\r\n")
                        .text())
                .isEqualTo("é");
    }

    @Test
    void aStreamMayLeaveOutTheLastLine() {
        assertThat(complete(HttpScript.chunk("a") + "data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n")
                        .text())
                .isEqualTo("a");
    }

    @Test
    void aStreamThatEndsTooEarlyIsCutOff() {
        assertThat(failure(HttpScript.chunk("a")).kind()).isEqualTo(FailureKind.CUT_OFF);
    }

    @Test
    void anErrorInTheStreamIsAFailureWithItsMessage() {
        Answer.Failed failed =
                failure(HttpScript.chunk("a") + "data: {\"error\":{\"message\":\"the engine failed\"}}\n\n");
        assertThat(failed.kind()).isEqualTo(FailureKind.STREAM_ERROR);
        assertThat(failed.detail()).isEqualTo("the engine failed");
    }

    @Test
    void whatIsNoJsonIsNotUnderstood() {
        assertThat(failure("data: {\"choices\n\n").kind()).isEqualTo(FailureKind.NOT_UNDERSTOOD);
    }

    @Test
    void anAnswerWithoutTextIsEmpty() {
        assertThat(failure("data: [DONE]\n\n").kind()).isEqualTo(FailureKind.EMPTY);
    }

    @ParameterizedTest
    @CsvSource({"429, OVERLOADED", "400, REFUSED", "404, REFUSED", "500, SERVER_ERROR", "503, SERVER_ERROR"})
    void refusalsAreToldApartAndSayWhatTheServerSays(int status, FailureKind kind) {
        server.on(CHAT, HttpScript.json(status, "{\"error\": {\"message\": \"no, because\"}}"));

        assertThat(ask()).asInstanceOf(type(Answer.Failed.class)).satisfies(failed -> {
            assertThat(failed.kind()).isEqualTo(kind);
            assertThat(failed.detail()).isEqualTo(status + ": no, because");
        });
    }

    @Test
    void anAnswerThatDoesNotComeInTimeIsAFailure() {
        CountDownLatch over = new CountDownLatch(1);
        server.on(CHAT, (exchange, body) -> {
            HttpScript.stream(HttpScript.chunk("a")).to(exchange, body);
            try {
                assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });

        assertThat(ask(Endpoint.CHAT, Duration.ofMillis(300)))
                .asInstanceOf(type(Answer.Failed.class))
                .returns(FailureKind.TIMEOUT, Answer.Failed::kind);
        over.countDown();
    }

    @Test
    void nobodyThereIsNoConnection() {
        server.close();

        assertThat(ask()).asInstanceOf(type(Answer.Failed.class)).returns(FailureKind.CONNECTION, Answer.Failed::kind);
    }
}
