package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of requests, as Prometheus reads it, and who may read it. */
class TelemetryTest {
    private static final String METRICS = "/actuator/prometheus";

    @Test
    void aRequestShowsUnderTheNamesThatDashboardsKnow() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane weir = new RunningControlPlane(List.of(engine))) {
            engine.answers(exchange -> exchange.json(200, "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}"));
            weir.post("/v1/chat/completions", "{\"model\":\"m\",\"messages\":[\"a secret prompt\"]}");
            String metrics =
                    await().until(() -> weir.get(METRICS).body(), text -> text.contains("llm_output_tokens_total"));
            assertThat(metrics)
                    .contains("llm_requests_total{model=\"m\",status=\"200\",tenant=\"default\"} 1.0")
                    .contains("llm_input_tokens_total{model=\"m\",tenant=\"default\"} 7.0")
                    .contains("llm_output_tokens_total{model=\"m\",tenant=\"default\"} 3.0")
                    .contains("llm_estimated_cost_dollars_total{model=\"m\",tenant=\"default\"} 0.0")
                    .contains("llm_request_latency_seconds_count{model=\"m\",stream=\"false\"} 1")
                    .contains("llm_circuit_breaker_state{engine=\"" + engine.name() + "\"} 0.0")
                    .doesNotContain("secret");
        }
    }

    @Test
    void aTraceGoesFromTheCallerThroughUsToTheEngine() throws Exception {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane weir = new RunningControlPlane(
                        List.of(engine), "--weir.telemetry.traces.endpoint=" + collector.endpoint())) {
            engine.answers(exchange -> exchange.json(200, "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}"));
            weir.post(
                    "/v1/chat/completions",
                    "{\"model\":\"m\",\"messages\":[\"a secret prompt\"]}",
                    "traceparent",
                    "00-" + trace + "-b7ad6b7169203331-01");
            List<OtlpReceiver.Span> spans = await().until(collector::spans, told -> told.size() == 2);
            OtlpReceiver.Span ours = named(spans, "POST /v1/chat/completions");
            OtlpReceiver.Span engines = named(spans, "chat m");
            assertThat(ours.traceId()).isEqualTo(trace);
            assertThat(ours.parentId()).isEqualTo("b7ad6b7169203331");
            assertThat(ours.attributes()).containsEntry("http.response.status_code", "200");
            assertThat(engines.traceId()).isEqualTo(trace);
            assertThat(engines.parentId()).isEqualTo(ours.spanId());
            assertThat(engines.attributes())
                    .containsEntry("gen_ai.operation.name", "chat")
                    .containsEntry("gen_ai.request.model", "m")
                    .containsEntry("gen_ai.usage.input_tokens", "7")
                    .containsEntry("gen_ai.usage.output_tokens", "3")
                    .containsEntry("server.address", engine.name());
            assertThat(engine.nextRequest().headers())
                    .containsEntry("traceparent", "00-" + trace + "-" + engines.spanId() + "-01");
            assertThat(spans.toString()).doesNotContain("secret");
        }
    }

    @Test
    void whatAnEnginesTimeWentIntoIsBelowItsPart() throws Exception {
        String timing = "server-timing: queue;dur=5, prefill;dur=30.5, decode;dur=400\r\n";
        try (OtlpReceiver collector = new OtlpReceiver();
                ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane weir = new RunningControlPlane(
                        List.of(engine), "--weir.telemetry.traces.endpoint=" + collector.endpoint())) {
            engine.answers(exchange -> {
                exchange.write(
                        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\ntrailer: server-timing\r\n\r\n");
                exchange.chunk("data: {}\n\ndata: [DONE]\n\n");
                exchange.write("0\r\n" + timing + "\r\n");
            });
            weir.post("/v1/chat/completions", "{\"model\":\"m\",\"stream\":true,\"messages\":[]}");
            assertParts(await().until(collector::spans, told -> told.size() == 5));
            assertThat(engine.nextRequest().headers()).containsEntry("te", "trailers");
            engine.answers(exchange -> exchange.write(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + timing + "content-length: 2\r\n\r\n{}"));
            assertThat(weir.post("/v1/chat/completions", "{\"model\":\"m\",\"messages\":[]}")
                            .headers()
                            .firstValue("server-timing"))
                    .isEmpty();
            List<OtlpReceiver.Span> both = await().until(collector::spans, told -> told.size() == 10);
            assertParts(both.subList(5, 10));
        }
    }

    private static void assertParts(List<OtlpReceiver.Span> spans) {
        OtlpReceiver.Span engines = named(spans, "chat m");
        OtlpReceiver.Span queue = named(spans, "queue");
        OtlpReceiver.Span prefill = named(spans, "prefill");
        OtlpReceiver.Span decode = named(spans, "decode");
        assertThat(List.of(queue, prefill, decode))
                .allMatch(part -> part.parentId().equals(engines.spanId()))
                .allMatch(part -> part.traceId().equals(engines.traceId()))
                .extracting(part -> part.endNanos() - part.startNanos())
                .containsExactly(5_000_000L, 30_500_000L, 400_000_000L);
        assertThat(prefill.startNanos()).isEqualTo(queue.endNanos());
        assertThat(decode.startNanos()).isEqualTo(prefill.endNanos());
        assertThat(decode.endNanos()).isBetween(engines.startNanos(), engines.endNanos());
    }

    private static OtlpReceiver.Span named(List<OtlpReceiver.Span> spans, String name) {
        return spans.stream()
                .filter(span -> span.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(spans));
    }

    @Test
    void whereOthersCanReachItMetricsAskForAKey() throws Exception {
        assertThat(statusesWithoutKey()).containsOnly(401);
        assertThat(statusesWithoutKey("--weir.telemetry.metrics-open=true")).containsOnly(200);
    }

    /** However the path is written. */
    private static List<Integer> statusesWithoutKey(String... settings) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("--server.address=0.0.0.0");
        all.add("--weir.identity.insecure-no-auth=false");
        try (RunningControlPlane weir = new RunningControlPlane(List.of(), all.toArray(String[]::new))) {
            List<Integer> statuses = new ArrayList<>();
            for (String written : List.of(METRICS, "/actuator/%70rometheus", "/actuator;x=1/prometheus;")) {
                statuses.add(weir.get(written).statusCode());
            }
            return statuses;
        }
    }
}
