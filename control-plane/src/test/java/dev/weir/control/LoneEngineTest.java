package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The only engine that there is fails a request before anything of its answer is told, and no other can take it: it is worth asking again. */
class LoneEngineTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String MESSAGES = "/v1/messages";
    private static final String ASK =
            "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    private static final List<String> WHOLE_AND_STREAM = List.of(ASK + "}", ASK + ",\"stream\":true}");
    private static final String REMEDY = "Send the request again in 1 s.";
    private static final String WORDS =
            "{\"error\":{\"message\":\"the engine failed: the device lost its context.\",\"type\":\"server_error\","
                    + "\"param\":null,\"code\":\"internal_error\"}}";

    private ScriptedEngine engine;
    private RunningControlPlane weir;

    @BeforeEach
    void start() throws IOException {
        engine = ScriptedEngine.with("m");
        weir = new RunningControlPlane(
                List.of(engine), "--weir.fleet.probe-every=1h", "--weir.fleet.breaker.failures-in-a-row=100");
    }

    @AfterEach
    void stop() throws IOException {
        weir.close();
        engine.close();
    }

    @Test
    void anEngineThatDiesBeforeTheFirstTokenIsToldAsAModelThatCannotAnswerNow() throws Exception {
        List<ScriptedEngine.Script> deaths = List.of(
                ScriptedEngine.Exchange::die,
                exchange -> {
                    exchange.beginEvents();
                    exchange.die();
                },
                exchange -> {
                    exchange.beginEvents();
                    exchange.chunk("data: {\"half");
                    exchange.die();
                });
        for (ScriptedEngine.Script death : deaths) {
            for (String ask : WHOLE_AND_STREAM) {
                engine.answers(death);
                assertUnanswered(
                        weir.post(CHAT, ask), "engine_failed", "its engine failed", "it closed the connection");
                assertOverloaded(weir.post(MESSAGES, ask), "its engine failed", "it closed the connection");
            }
        }
        await().until(weir::underWayCount, count -> count == 0);
    }

    @Test
    void anEngineThatSaysItFailedIsQuotedAndNotPassedOn() throws Exception {
        for (int status : List.of(500, 502)) {
            engine.answers(exchange -> exchange.json(status, WORDS));
            String quoted = "it answered " + status + ": the engine failed: the device lost its context. Send";
            for (String ask : WHOLE_AND_STREAM) {
                assertUnanswered(weir.post(CHAT, ask), "engine_failed", quoted);
                assertOverloaded(weir.post(MESSAGES, ask), quoted);
            }
        }
        for (String words : List.of("<html>Bad Gateway</html>", "{\"error\":\"no\"}", "")) {
            engine.answers(exchange -> exchange.json(502, words));
            HttpResponse<String> answer = weir.post(CHAT, ASK + "}");
            assertUnanswered(answer, "engine_failed", "it answered 502. Send");
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        }
    }

    @Test
    void anEngineThatTookTooLongForWhoeverStandsBeforeItIsATimeout() throws Exception {
        engine.answers(exchange -> exchange.json(504, "<html>Gateway Time-out</html>"));
        HttpResponse<String> answer = weir.post(CHAT, ASK + "}");
        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(error(answer).path("code").asString()).isEqualTo("engine_timeout");
    }

    @Test
    void anEngineThatHasLeftIsToldWithTheModelAndTheRemedy() throws Exception {
        engine.leave();
        // What is sent on a kept connection before it is known that it was closed has failed there.
        HttpResponse<String> answer = await().until(
                        () -> weir.post(CHAT, ASK + "}"),
                        told -> !error(told).path("code").asString("").equals("engine_failed"));
        assertUnanswered(answer, "engine_unavailable", "no connection to " + engine.url());
        assertUnanswered(weir.post(CHAT, ASK + "}"), "engine_not_ready", "no engine is ready", engine.name());
        assertOverloaded(weir.post(MESSAGES, ASK + "}"), "no engine is ready", engine.name());
    }

    @Test
    void aStreamThatBreaksOffBehindAnEventIsNotWorthAskingAgain() throws Exception {
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            exchange.die();
        });
        String body = weir.post(CHAT, WHOLE_AND_STREAM.getLast()).body();
        assertThat(body)
                .startsWith("data: 1\n\ndata: {\"error\"")
                .contains("engine_failed")
                .doesNotContain("again");
    }

    private static JsonNode error(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body()).path("error");
    }

    /** In OpenAI's shape. */
    private static void assertUnanswered(HttpResponse<String> answer, String code, String... why) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
        assertThat(error(answer).path("type").asString()).isEqualTo("server_error");
        assertThat(error(answer).path("code").asString()).isEqualTo(code);
        assertThat(error(answer).path("message").asString())
                .startsWith("The model `m` cannot answer now: ")
                .contains(why)
                .endsWith(REMEDY);
    }

    /** In Anthropic's. */
    private static void assertOverloaded(HttpResponse<String> answer, String... why) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
        assertThat(JsonMapper.shared().readTree(answer.body()).path("type").asString())
                .isEqualTo("error");
        assertThat(error(answer).path("type").asString()).isEqualTo("overloaded_error");
        assertThat(error(answer).path("message").asString())
                .startsWith("The model `m` cannot answer now: ")
                .contains(why)
                .endsWith(REMEDY);
    }
}
