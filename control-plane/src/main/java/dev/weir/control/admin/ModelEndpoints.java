package dev.weir.control.admin;

import dev.weir.control.admin.ModelPins.Pin;
import dev.weir.control.fleet.Engine;
import dev.weir.control.fleet.EngineView;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.rollout.live.NeededVersions;
import dev.weir.control.storage.Database;
import dev.weir.control.upstream.EngineClient;
import dev.weir.control.upstream.ProbeAnswer;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.util.UriUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** The models of all engines, and what may be done about them. Each change is an entry of the audit log, with its reason. */
@RestController
public final class ModelEndpoints {
    private static final String REPOSITORY = "/v2/repository/";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Fleet fleet;
    private final EngineClient client;
    private final ChangeLog changes;
    private final Database database;
    private final ModelPins pins;
    private final NeededVersions needed;
    private final @Nullable String token;

    /**
     * Endpoints over engines.
     *
     * @param token that engines on other machines want to see; those on ours want none
     */
    public ModelEndpoints(
            Fleet fleet,
            EngineClient client,
            ChangeLog changes,
            Database database,
            NeededVersions needed,
            @Nullable String token) {
        this.token = token;
        this.needed = needed;
        this.fleet = fleet;
        this.client = client;
        this.changes = changes;
        this.database = database;
        this.pins = new ModelPins(database, changes);
    }

    /** What is to become of a model. */
    public enum Verb {
        LOAD,
        UNLOAD,
        SLEEP,
        WAKE
    }

    /**
     * An order to one engine; it is answered when it is done.
     *
     * @param parameters as the engine knows them: of a load, path, quantization and sizes; of unload and sleep, policy and patience
     */
    public record ModelOrder(
            String engine,
            String model,
            Verb verb,
            @Nullable Map<String, JsonNode> parameters) {}

    /**
     * A load that is only thought of.
     *
     * @param parameters as of a load
     */
    public record FitQuestion(
            String engine, String model, @Nullable Map<String, JsonNode> parameters) {}

    /**
     * Whether it would find room.
     *
     * @param reason why not, and what would help
     */
    public record ModelFit(
            boolean fits,
            @Nullable String reason,
            long weightsBytes,
            long kvCacheBytes,
            long workingBytes,
            long freeBytes) {
        static ModelFit read(JsonNode said) {
            JsonNode memory = said.path("memory");
            return new ModelFit(
                    said.path("fits").asBoolean(false),
                    said.path("reason").asString(null),
                    memory.path("weights_bytes").asLong(0),
                    memory.path("kv_cache_bytes").asLong(0),
                    memory.path("working_bytes").asLong(0),
                    said.path("free_bytes").asLong(0));
        }
    }

    /** Whether a model is to stay where it is. */
    public record PinOrder(String engine, String model, boolean pinned) {}

    /**
     * Where an alias is to point.
     *
     * @param model null takes the alias away
     */
    public record AliasOrder(
            String engine, String alias, @Nullable String model) {}

    /**
     * Which adapter is to be there.
     *
     * @param path its directory; null takes the adapter away
     * @param model that it belongs to, where the engine has several
     */
    public record AdapterOrder(
            String engine,
            String adapter,
            @Nullable String path,
            @Nullable String model) {}

    /** What the engine said to it. */
    public record EngineWord(String engine, JsonNode answer) {}

    @GetMapping("/admin/models")
    Mono<List<EngineModels>> models() {
        return Refusals.<List<Pin>>ask(database, pins::all)
                .flatMap(pinned -> Flux.fromIterable(fleet.snapshot().engines())
                        .map(EngineView::engine)
                        .flatMapSequential(engine -> modelsOf(engine, pinned))
                        .collectList());
    }

    /** What a load would need and what is free; nothing is loaded. */
    @PostMapping("/admin/models/fit")
    Mono<ModelFit> modelFit(@RequestBody FitQuestion question) {
        return said(
                        question.engine(),
                        HttpMethod.POST,
                        REPOSITORY + "models/" + encoded(question.model()) + "/fit",
                        withParameters(question.parameters()))
                .map(ModelFit::read);
    }

    @PostMapping("/admin/models/pins")
    Mono<PinOrder> pinModel(@RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody PinOrder order) {
        AdminAccess.requireReason(caller);
        engine(order.engine());
        return Refusals.ask(database, () -> {
            if (order.pinned()) {
                pins.pin(caller, order.engine(), order.model());
            } else {
                pins.unpin(caller, order.engine(), order.model());
            }
            return order;
        });
    }

    @PostMapping("/admin/models")
    Mono<EngineWord> changeModel(@RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody ModelOrder order) {
        AdminAccess.requireReason(caller);
        ObjectNode body = withParameters(order.parameters());
        String verb = order.verb().name().toLowerCase(Locale.ROOT);
        Mono<EngineWord> obeyed = ask(
                caller,
                order.engine(),
                HttpMethod.POST,
                REPOSITORY + "models/" + encoded(order.model()) + "/" + verb,
                body,
                new Note("model." + verb, order.model(), body));
        return switch (order.verb()) {
            case LOAD, WAKE -> obeyed;
            case UNLOAD, SLEEP ->
                Refusals.<Optional<Pin>>ask(database, () -> pins.find(order.engine(), order.model()))
                        .flatMap(pin ->
                                pin.isEmpty() ? unlessNeeded(order.model(), obeyed) : Mono.error(pinned(pin.get())));
        };
    }

    /** What a rollout may go back to stays where it is. */
    private Mono<EngineWord> unlessNeeded(String model, Mono<EngineWord> obeyed) {
        return Refusals.<Optional<String>>ask(database, () -> needed.need(model))
                .flatMap(need -> need.isEmpty()
                        ? obeyed
                        : Mono.error(new ResponseStatusException(HttpStatus.CONFLICT, need.get())));
    }

    private static ResponseStatusException pinned(Pin pin) {
        return new ResponseStatusException(
                HttpStatus.CONFLICT,
                pin.model() + " was pinned by " + pin.actor() + " (" + pin.reason() + "): take the pin out first");
    }

    private static ObjectNode withParameters(@Nullable Map<String, JsonNode> parameters) {
        ObjectNode body = JSON.createObjectNode();
        body.set("parameters", JSON.valueToTree(parameters == null ? Map.of() : parameters));
        return body;
    }

    @PostMapping("/admin/models/aliases")
    Mono<EngineWord> changeAlias(@RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody AliasOrder order) {
        AdminAccess.requireReason(caller);
        ObjectNode body = JSON.createObjectNode();
        if (order.model() != null) {
            body.put("model", order.model());
        }
        return unlessNeeded(
                order.alias(),
                ask(
                        caller,
                        order.engine(),
                        order.model() == null ? HttpMethod.DELETE : HttpMethod.PUT,
                        REPOSITORY + "aliases/" + encoded(order.alias()),
                        body,
                        new Note(order.model() == null ? "alias.remove" : "alias.set", order.alias(), body)));
    }

    @PostMapping("/admin/models/adapters")
    Mono<EngineWord> changeAdapter(
            @RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody AdapterOrder order) {
        AdminAccess.requireReason(caller);
        ObjectNode body = JSON.createObjectNode().put("lora_name", order.adapter());
        if (order.path() != null) {
            body.put("lora_path", order.path());
            if (order.model() != null) {
                body.put("base_model_name", order.model());
            }
        }
        String verb = order.path() == null ? "unload" : "load";
        return ask(
                caller,
                order.engine(),
                HttpMethod.POST,
                "/v1/" + verb + "_lora_adapter",
                body,
                new Note("adapter." + verb, order.adapter(), body));
    }

    private Mono<EngineModels> modelsOf(Engine engine, List<Pin> pinned) {
        Mono<JsonNode> index = client.administer(engine.url(), HttpMethod.GET, REPOSITORY + "index", null, token)
                .map(answer -> json(engine.name(), answer));
        Mono<JsonNode> served = client.administer(engine.url(), HttpMethod.GET, "/v1/models", null, token)
                .map(answer -> json(engine.name(), answer));
        // Of a Weir before this one, or of none at all: then nobody knows.
        Mono<JsonNode> memory = client.administer(engine.url(), HttpMethod.GET, REPOSITORY + "memory", null, token)
                .map(answer -> json(engine.name(), answer))
                .onErrorReturn(MissingNode.getInstance());
        return Mono.zip(index, served, memory)
                .map(told -> EngineModels.read(engine.name(), told.getT1(), told.getT2(), told.getT3(), pinned))
                .onErrorResume(failure -> Mono.just(EngineModels.unknown(engine.name(), reason(failure))));
    }

    /** What the audit log is told of a change that was made. */
    private record Note(String action, String subject, ObjectNode order) {
        Map<String, ?> detail(String engine) {
            return Map.of("engine", engine, "order", order);
        }
    }

    private Mono<EngineWord> ask(
            Caller caller, String name, HttpMethod method, String path, ObjectNode body, Note note) {
        return Refusals.toItsEnd(said(name, method, path, body)
                .flatMap(said -> Refusals.ask(
                        database,
                        () -> changes.change(
                                caller,
                                note.action(),
                                note.subject(),
                                _ -> note.detail(name),
                                _ -> new EngineWord(name, said)))));
    }

    private Mono<JsonNode> said(String name, HttpMethod method, String path, ObjectNode body) {
        return client.administer(
                        engine(name).url(),
                        method,
                        path,
                        method.equals(HttpMethod.DELETE) ? null : body.toString(),
                        token)
                .map(answer -> json(name, answer));
    }

    private Engine engine(String name) {
        return fleet.snapshot().engines().stream()
                .map(EngineView::engine)
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "there is no engine " + name));
    }

    /** An engine's answer, or its refusal as ours: it says best what is wrong. */
    private static JsonNode json(String engine, ProbeAnswer answer) {
        JsonNode said;
        try {
            said = JSON.readTree(answer.text());
        } catch (RuntimeException _) {
            said = JSON.createObjectNode().put("message", answer.text());
        }
        if (answer.status() / 100 == 2) {
            return said;
        }
        String message = said.path("error").path("message").asString("it answered " + answer.status());
        // That it does not know us is between us and it, and no fault of whoever asked.
        HttpStatusCode status = answer.status() == 401 || answer.status() == 403 || answer.status() >= 500
                ? HttpStatus.BAD_GATEWAY
                : HttpStatusCode.valueOf(answer.status());
        throw new ResponseStatusException(status, engine + ": " + message);
    }

    private static String reason(Throwable failure) {
        return failure instanceof ResponseStatusException known && known.getReason() != null
                ? known.getReason()
                : String.valueOf(failure.getMessage());
    }

    private static String encoded(String name) {
        return UriUtils.encodePath(name, "UTF-8");
    }
}
