package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.control.OtlpReceiver.Span;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an engine that runs a model tells of its answers, as a collector and the ledger have it in the end. */
class EngineTimesIT {
    private static final String MODEL = "weir-demo-fast";

    @Test
    void aTraceGoesThroughTheEnginesQueuePrefillAndDecodeAndTheLedgerKnowsTheModel() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        String trace = "0af7651916cd43dd8448eb211c80319c";
        try (OtlpReceiver collector = new OtlpReceiver();
                EngineProcess engine = new EngineProcess(MODEL);
                RunningControlPlane weir = new RunningControlPlane(
                        List.of(),
                        "--weir.engines[0]=" + engine.url(),
                        "--weir.telemetry.traces.endpoint=" + collector.endpoint())) {
            weir.awaitReadyCount(1);
            for (String stream : List.of("true", "false")) {
                String version = weir.post(
                                "/v1/chat/completions",
                                "{\"model\":\"" + MODEL + "\",\"stream\":" + stream
                                        + ",\"max_tokens\":20,\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}",
                                "traceparent",
                                "00-" + trace + "-b7ad6b7169203331-01")
                        .headers()
                        .firstValue("x-weir-model-version")
                        .orElse("");
                assertThat(version).matches(MODEL + "@[0-9a-f]{12}");
                await().untilAsserted(() -> assertThat(
                                weir.get("/admin/costs?by=version").body())
                        .contains("{\"version\":\"" + version + "\"}"));
            }
            assertThat(weir.get("/admin/requests").body())
                    .containsPattern(
                            "\"engineTook\":\\{\"queueMillis\":[0-9.E-]+,\"prefillMillis\":[0-9.]+,\"decodeMillis\":[0-9.]+}");
            List<Span> spans =
                    await().atMost(Duration.ofSeconds(20)).until(collector::spans, told -> told.size() == 10);
            assertThat(spans).allMatch(span -> span.traceId().equals(trace));
            List<Span> engines = named(spans, "chat " + MODEL);
            for (String part : List.of("queue", "prefill", "decode")) {
                assertThat(named(spans, part)).hasSize(2).allSatisfy(span -> {
                    Span parent = engines.stream()
                            .filter(one -> one.spanId().equals(span.parentId()))
                            .findFirst()
                            .orElseThrow();
                    assertThat(span.startNanos()).isBetween(parent.startNanos(), span.endNanos());
                    assertThat(span.endNanos()).isLessThanOrEqualTo(parent.endNanos());
                });
            }
            assertThat(named(spans, "decode")).allMatch(span -> span.endNanos() > span.startNanos());
        }
    }

    private static List<Span> named(List<Span> spans, String name) {
        return spans.stream().filter(span -> span.name().equals(name)).toList();
    }
}
