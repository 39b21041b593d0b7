package dev.weir.control;

import static dev.weir.control.RunningControlPlane.readUntil;
import static dev.weir.control.RunningControlPlane.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A fleet that is more than one engine, and that changes. */
class TwoEnginesTest {
    private static final String CHAT = "/v1/chat/completions";

    @Test
    void requestsFindTheModelTheIdleEngineAndTheOneThatIsLeft() throws Exception {
        try (ScriptedEngine first = ScriptedEngine.with("a", "both");
                ScriptedEngine second = ScriptedEngine.with("b", "both");
                RunningControlPlane weir =
                        new RunningControlPlane(List.of(first, second), "--weir.fleet.probe-every=50ms")) {
            assertThat(engineOf(weir.post(CHAT, "{\"model\":\"a\"}"))).isEqualTo(first.name());
            assertThat(engineOf(weir.post(CHAT, "{\"model\":\"b\"}"))).isEqualTo(second.name());
            assertThat(weir.get("/v1/models").body())
                    .containsOnlyOnce("\"both\"")
                    .contains("\"a\"", "\"b\"");

            CountDownLatch gone = new CountDownLatch(1);
            first.answers(exchange -> {
                exchange.beginEvents();
                exchange.chunk("data: 1\n\n");
                exchange.awaitGone(gone);
            });
            try (Socket busy = weir.connect()) {
                send(busy, CHAT, "", "{\"model\":\"a\",\"stream\":true}");
                readUntil(busy, text -> text.contains("data: 1\n\n"));
                assertThat(engineOf(weir.post(CHAT, "{\"model\":\"both\"}"))).isEqualTo(second.name());
            }

            first.ready(false);
            weir.awaitReadyCount(1);
            assertThat(engineOf(weir.post(CHAT, "{\"model\":\"both\"}"))).isEqualTo(second.name());
            HttpResponse<String> away = weir.post(CHAT, "{\"model\":\"a\"}");
            assertThat(away.statusCode()).isEqualTo(503);
            assertThat(away.headers().firstValue("retry-after")).hasValue("1");
            assertThat(away.body()).contains("engine_not_ready", first.name());

            first.ready(true);
            weir.awaitReadyCount(2);
            first.answers(exchange -> exchange.json(200, "{}"));
            assertThat(engineOf(weir.post(CHAT, "{\"model\":\"a\"}"))).isEqualTo(first.name());
        }
    }

    @Test
    void anEngineThatCannotBeReachedIsFoundOutByTheRequestItself() throws Exception {
        try (ScriptedEngine first = ScriptedEngine.with("a");
                RunningControlPlane weir = new RunningControlPlane(List.of(first), "--weir.fleet.probe-every=1h")) {
            assertThat(weir.get("/actuator/health").statusCode()).isEqualTo(200);
            first.leave();
            // What is sent on a kept connection before it is known that it was closed has failed there.
            HttpResponse<String> refused = await().until(
                            () -> weir.post(CHAT, "{\"model\":\"a\"}"),
                            told -> !told.body().contains("engine_failed"));
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("engine_unavailable");
            assertThat(weir.post(CHAT, "{\"model\":\"a\"}").body()).contains("engine_not_ready");
            assertThat(weir.get("/actuator/health").statusCode()).isEqualTo(503);
            assertThat(weir.get("/actuator/health/readiness").statusCode()).isEqualTo(503);
            assertThat(weir.get("/actuator/health/liveness").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void modelsAreSeenToComeChangeAndGo() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("a");
                RunningControlPlane weir = new RunningControlPlane(List.of(engine), "--weir.fleet.probe-every=20ms")) {
            engine.lists("{\"id\":\"a\"},{\"id\":\"b\",\"state\":\"LOADING\"}");
            await().untilAsserted(
                            () -> assertThat(weir.get("/v1/models").body()).contains("LOADING"));
            engine.answers(exchange -> exchange.json(503, "{\"error\":{\"code\":\"model_loading\"}}"));
            HttpResponse<String> loading = weir.post(CHAT, "{\"model\":\"b\"}");
            assertThat(loading.statusCode()).isEqualTo(503);
            assertThat(loading.body()).contains("model_loading");

            engine.lists("{\"id\":\"b\"},{\"id\":\"alias\",\"root\":\"b\"}");
            await().untilAsserted(() -> assertThat(weir.get("/v1/models/alias").body())
                    .contains("\"root\":\"b\"")
                    .doesNotContain("state"));
            engine.answers(exchange -> exchange.json(200, "{}"));
            assertThat(engineOf(weir.post(CHAT, "{\"model\":\"alias\"}"))).isEqualTo(engine.name());
            HttpResponse<String> gone = weir.post(CHAT, "{\"model\":\"a\"}");
            assertThat(gone.statusCode()).isEqualTo(404);
            assertThat(gone.body()).contains("model_not_found", "b, alias");

            engine.lists("");
            await().untilAsserted(() ->
                    assertThat(weir.post(CHAT, "{}").body()).contains("model_not_found", "no model is loaded"));
        }
    }

    private static String engineOf(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        return response.headers().firstValue("x-weir-engine").orElseThrow();
    }
}
