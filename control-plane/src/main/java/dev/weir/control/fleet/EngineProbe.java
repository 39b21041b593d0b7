package dev.weir.control.fleet;

import dev.weir.control.upstream.EngineClient;
import dev.weir.control.upstream.ProbeAnswer;
import dev.weir.control.upstream.UpstreamFailure;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks one engine how it is. Remembers only how often in a row it did not answer; used by one loop at a time. */
final class EngineProbe {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private final Engine engine;
    private final EngineClient client;
    private final FleetConfig config;
    private final Scheduler timer;
    private int failuresInARow;

    EngineProbe(Engine engine, EngineClient client, FleetConfig config, Scheduler timer) {
        this.engine = engine;
        this.client = client;
        this.config = config;
        this.timer = timer;
    }

    /** What the engine's state is now, given what it was. Never fails. */
    Mono<EngineState> ask(EngineState before) {
        return client.probe(engine.url(), "/ready")
                .flatMap(answer -> switch (answer.status()) {
                    // Not every engine knows /ready; one that lists its models is ready.
                    case OK, NOT_FOUND ->
                        client.probe(engine.url(), "/v1/models").map(this::models);
                    default ->
                        Mono.<EngineState>just(
                                new EngineState.Unready("it says that it is not ready", before.models()));
                })
                .timeout(config.probeMax(), timer)
                .doOnNext(_ -> failuresInARow = 0)
                .onErrorResume(failure -> Mono.just(afterFailure(before, failure)));
    }

    /** What the engine says of its load; empty where it says nothing that can be read. Never fails. */
    Mono<EngineLoad> load() {
        return client.probe(engine.url(), "/metrics")
                .timeout(config.probeMax(), timer)
                .publishOn(
                        timer) // a text of many lines: requests on the loop that got it are not to wait for its reading
                .filter(answer -> answer.status() == OK)
                .map(answer -> LoadMetrics.read(answer.text()))
                .onErrorComplete();
    }

    private EngineState models(ProbeAnswer answer) {
        if (answer.status() != OK) {
            return new EngineState.Unready("it answers " + answer.status() + " to /v1/models", List.of());
        }
        List<ServedModel> models = new ArrayList<>();
        for (JsonNode model : JsonMapper.shared().readTree(answer.text()).path("data")) {
            String id = model.path("id").asString("");
            if (!id.isBlank() && models.size() < config.modelsPerEngineMax()) {
                models.add(model(id, model));
            }
        }
        return new EngineState.Ready(models);
    }

    private static ServedModel model(String id, JsonNode model) {
        JsonNode context = model.path("max_model_len");
        return new ServedModel(
                id,
                model.path("created").asLong(0),
                model.path("owned_by").asString("weir"),
                context.isInt() ? Integer.valueOf(context.intValue()) : null,
                text(model.path("root")),
                text(model.path("state")),
                model.path("wakes_on_request").asBoolean(false),
                text(model.path("version")));
    }

    private static @Nullable String text(JsonNode field) {
        return field.isString() ? field.stringValue() : null;
    }

    private EngineState afterFailure(EngineState before, Throwable failure) {
        failuresInARow++;
        boolean mayJustBeBusy = failure instanceof TimeoutException;
        if (mayJustBeBusy && before instanceof EngineState.Ready && failuresInARow < config.probeFailuresMax()) {
            return before;
        }
        boolean gone = failure instanceof UpstreamFailure upstream && upstream.kind() == Kind.UNREACHABLE;
        return new EngineState.Unready(reason(failure), before.models(), gone);
    }

    private String reason(Throwable failure) {
        return switch (failure) {
            case TimeoutException _ ->
                "it does not answer within " + config.probeMax().toMillis() + " ms";
            case UpstreamFailure upstream when upstream.kind() == Kind.UNREACHABLE -> "it cannot be reached";
            case UpstreamFailure upstream -> String.valueOf(upstream.getMessage());
            case JacksonException _ -> "its list of models is not JSON";
            default -> "its answer cannot be used";
        };
    }
}
