package dev.weir.control.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.Share;
import dev.weir.control.completion.Usage;
import dev.weir.control.telemetry.EngineMeters.Reading;
import dev.weir.control.telemetry.RequestTelemetry.Passage;
import dev.weir.control.telemetry.TelemetryConfig.TracesConfig;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;
import reactor.core.publisher.SignalType;

class RequestTelemetryTest {
    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);

    private static TelemetryConfig config(int modelsMax, int tenantsMax) {
        return new TelemetryConfig(modelsMax, tenantsMax, 2, false, TracesConfig.NONE);
    }

    private static CompletionRequest request(String tenant, String model) {
        return new CompletionRequest(
                "id",
                new Share(tenant, 1),
                Endpoint.CHAT_COMPLETIONS,
                model,
                false,
                new Demand(1, OptionalLong.empty(), 1),
                false,
                new JsonBody(new byte[0]),
                Map.of());
    }

    private static void pass(RequestTelemetry telemetry, String tenant, String model) {
        Passage passage = telemetry.enter();
        passage.read(request(tenant, model));
        passage.sent(request(tenant, model));
        passage.pieceCame();
        passage.took(new Usage(7, 5, 3), 2_000_000);
        passage.left(SignalType.ON_COMPLETE, HttpStatus.OK);
    }

    @Test
    void aRequestIsCountedWithWhatItTookAndCost() {
        RequestTelemetry telemetry =
                new RequestTelemetry(meters, clock, config(10, 10), new Traces(TracesConfig.NONE), "m"::equals);
        pass(telemetry, "clinic", "m");
        assertThat(meters.get("llm.requests")
                        .tags("model", "m", "tenant", "clinic", "status", "200")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("llm.input.tokens").counter().count()).isEqualTo(7);
        assertThat(meters.get("llm.cached.input.tokens").counter().count()).isEqualTo(5);
        assertThat(meters.get("llm.output.tokens").counter().count()).isEqualTo(3);
        assertThat(meters.get("llm.estimated.cost.dollars").counter().count()).isEqualTo(0.002);
        assertThat(meters.get("llm.request.latency").timer().count()).isEqualTo(1);
    }

    @Test
    void namesWithoutEndDoNotMakeSeriesWithoutEnd() {
        RequestTelemetry telemetry = new RequestTelemetry(
                meters, clock, config(3, 4), new Traces(TracesConfig.NONE), model -> !model.startsWith("no-"));
        List<Integer> seriesCounts = IntStream.range(0, 100_000)
                .peek(i -> pass(telemetry, "tenant-" + i, (i % 2 == 0 ? "model-" : "no-model-") + i))
                .filter(i -> i == 999 || i == 99_999)
                .mapToObj(_ -> meters.getMeters().size())
                .toList();
        assertThat(seriesCounts.get(1)).isEqualTo(seriesCounts.get(0)).isLessThan(250);
        assertThat(tags("llm.requests", "model"))
                .containsExactlyInAnyOrder("model-0", "model-2", "model-4", "other", "unknown");
        assertThat(tags("llm.requests", "tenant"))
                .containsExactlyInAnyOrder("tenant-0", "tenant-1", "tenant-2", "tenant-3", "other");
    }

    private List<String> tags(String name, String key) {
        return meters.find(name).meters().stream()
                .map(Meter::getId)
                .map(id -> String.valueOf(id.getTag(key)))
                .distinct()
                .toList();
    }

    @Test
    void enginesAreShownAsTheyAreAndLeaveWithTheirGauges() {
        AtomicReference<List<Reading>> engines = new AtomicReference<>(List.of(
                new Reading("a", true, "closed", 4, 20, 24),
                new Reading("b", false, "open", 0),
                new Reading("c", true, "closed", 0)));
        EngineMeters shown = new EngineMeters(meters, config(1, 1), engines::get);
        shown.refresh();
        assertThat(gauge("llm.circuit.breaker.state", "b")).isEqualTo(2);
        assertThat(gauge("weir.engine.ready", "a")).isEqualTo(1);
        assertThat(gauge("weir.engine.requests.under.way", "a")).isEqualTo(4);
        assertThat(gauge("weir.gpu.memory.free.bytes", "a")).isEqualTo(20);
        assertThat(tags("weir.gpu.memory.total.bytes", "engine")).containsExactly("a");
        assertThat(tags("weir.engine.ready", "engine")).as("up to the limit").containsExactlyInAnyOrder("a", "b");
        engines.set(List.of(new Reading("b", true, "half_open", 0)));
        shown.refresh();
        assertThat(gauge("llm.circuit.breaker.state", "b")).isEqualTo(1);
        assertThat(tags("weir.engine.ready", "engine")).containsExactly("b");
        assertThat(tags("weir.gpu.memory.total.bytes", "engine")).isEmpty();
    }

    private double gauge(String name, String engine) {
        return meters.get(name).tag("engine", engine).gauge().value();
    }
}
