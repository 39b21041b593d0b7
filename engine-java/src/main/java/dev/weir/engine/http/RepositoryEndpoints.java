package dev.weir.engine.http;

import dev.weir.engine.http.Arrival.WireRequest;
import dev.weir.engine.lifecycle.Fit;
import dev.weir.engine.lifecycle.ModelLoadException;
import dev.weir.engine.lifecycle.ModelRegistry;
import dev.weir.engine.lifecycle.ModelRegistry.LoadOrder;
import dev.weir.engine.lifecycle.ModelState;
import dev.weir.engine.lifecycle.Outcome;
import dev.weir.engine.lifecycle.Outcome.Done;
import dev.weir.engine.lifecycle.Outcome.Refused;
import dev.weir.engine.lifecycle.RestOrder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The model repository's verbs, in Triton's shapes: {@code index}, {@code load}, {@code unload}; and ours: {@code sleep}, {@code wake} and
 * aliases. docs/model-lifecycle.md has them all.
 */
final class RepositoryEndpoints implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RepositoryEndpoints.class);

    private static final String MODELS = "/v2/repository/models/";
    private static final String ALIASES = "/v2/repository/aliases";

    /** Verbs that go on at once; more wait. */
    private static final int VERBS_MAX = 8;

    private static final int VERBS_WAITING_MAX = 64;
    private static final int PATIENCE_SECONDS_DEFAULT = 30;
    private static final int PATIENCE_SECONDS_MAX = 3600;

    private final ModelRegistry<?> models;
    private final AdminGuard guard;
    private final Workers readers;
    private final Workers verbs = new Workers("weir-admin", VERBS_MAX, VERBS_WAITING_MAX);

    /**
     * Endpoints with threads of their own for verbs.
     *
     * @param readers for what takes no longer than reading a directory
     */
    RepositoryEndpoints(Administration administration, Workers readers) {
        models = administration.models();
        guard = administration.guard();
        this.readers = readers;
    }

    Router addTo(Router router) {
        return router.on("GET", "/v2/repository/index", guard.guard(this::index))
                .on("GET", "/v2/repository/memory", guard.guard(this::memory))
                .on("POST", "/v2/repository/index", guard.guard(this::index))
                .under("POST", MODELS, guard.guard(this::move))
                .on("GET", ALIASES, guard.guard(this::aliases))
                .under("PUT", ALIASES + "/", guard.guard(this::pointAlias))
                .under("DELETE", ALIASES + "/", guard.guard(this::removeAlias));
    }

    private void index(WireRequest request, Exchange exchange) {
        readers.run(exchange, () -> {
            boolean readyOnly = body(request).flag("ready", false);
            ArrayNode index = Json.array();
            models.index().stream()
                    .filter(status -> !readyOnly || status.state() == ModelState.READY)
                    .forEach(status -> index.add(ModelStatusJson.of(status)));
            return () -> exchange.respond(200, index);
        });
    }

    private void memory(WireRequest request, Exchange exchange) {
        exchange.respond(200, Json.object().put("free_bytes", models.freeBytes()));
    }

    // --- models

    private void move(WireRequest request, Exchange exchange) {
        int slash = request.path().lastIndexOf('/'); // a model's name may have slashes, a verb has none
        String verb = request.path().substring(slash + 1);
        if (slash < MODELS.length()) {
            exchange.fail(ApiError.unknownPath(request.path()));
            return;
        }
        String name = request.path().substring(MODELS.length(), slash);
        readers.run(exchange, () -> {
            JsonFields parameters =
                    body(request).object("parameters").orElseGet(() -> new JsonFields(Json.object(), "parameters."));
            if (verb.equals("fit")) {
                LoadOrder order = LoadParameters.order(parameters, models.defaults());
                return () -> verbs.run(exchange, () -> fit(exchange, name, order));
            }
            boolean wait = parameters.flag("wait", true);
            Supplier<Outcome> action = switch (verb) {
                case "load" -> {
                    LoadOrder order = LoadParameters.order(parameters, models.defaults());
                    yield () -> models.load(name, order);
                }
                case "unload" -> {
                    RestOrder order = restOrder(parameters);
                    yield () -> models.unload(name, order);
                }
                case "sleep" -> {
                    RestOrder order = restOrder(parameters);
                    yield () -> models.sleep(name, order);
                }
                case "wake" -> () -> models.wake(name);
                default -> throw new ApiException(ApiError.unknownPath(request.path()));
            };
            return wait
                    ? () -> verbs.run(exchange, () -> answer(exchange, action.get()))
                    : () -> begin(exchange, action);
        });
    }

    /** Of a load that is only thought of: what it would need against what is free. */
    private Runnable fit(Exchange exchange, String name, LoadOrder order) {
        Fit fit;
        try {
            fit = models.fit(name, order);
        } catch (ModelLoadException refused) {
            return () -> exchange.fail(error(refused.refused()));
        }
        ObjectNode answer = Json.object().put("name", name).put("fits", fit.refusal() == null);
        if (fit.refusal() != null) {
            answer.put("reason", fit.refusal());
        }
        answer.put("free_bytes", fit.freeBytes()).set("memory", ModelStatusJson.memory(fit.need()));
        return () -> exchange.respond(200, answer);
    }

    private static RestOrder restOrder(JsonFields parameters) {
        parameters.requireOnly(List.of("policy", "patience_seconds", "wait", "unload_dependents"));
        String policy = parameters.text("policy").orElse("drain");
        int patienceSeconds = parameters.integer("patience_seconds", 0, PATIENCE_SECONDS_MAX, PATIENCE_SECONDS_DEFAULT);
        return new RestOrder(
                switch (policy) {
                    case "drain" -> RestOrder.Policy.DRAIN;
                    case "refuse" -> RestOrder.Policy.REFUSE;
                    case "force" -> RestOrder.Policy.FORCE;
                    default -> throw parameters.refuse("policy", "must be drain, refuse or force");
                },
                Duration.ofSeconds(patienceSeconds));
    }

    private void begin(Exchange exchange, Supplier<Outcome> action) {
        if (verbs.start(() -> log(exchange.requestId(), action.get()))) {
            exchange.respond(202, Json.object().put("status", "begun"));
        } else {
            exchange.fail(ApiError.overloaded("too many verbs are waiting; try again in a moment"));
        }
    }

    /** Of a verb that nobody waits for, the log and the index tell the end. */
    private static void log(String requestId, Outcome outcome) {
        switch (outcome) {
            case Done done ->
                LOG.info(
                        "request {}: {} is {}",
                        requestId,
                        done.status().name(),
                        done.status().state());
            case Refused refused -> LOG.warn("request {}: {}", requestId, refused.message());
        }
    }

    // --- aliases

    private void aliases(WireRequest request, Exchange exchange) {
        ObjectNode answer = Json.object();
        new TreeMap<>(models.aliases()).forEach(answer::put);
        exchange.respond(200, answer);
    }

    private void pointAlias(WireRequest request, Exchange exchange) {
        String alias = request.path().substring(ALIASES.length() + 1);
        readers.run(exchange, () -> {
            JsonFields fields = body(request);
            fields.requireOnly(List.of("model", "expected"));
            String model = fields.text("model").orElseThrow(() -> fields.refuse("model", "is missing"));
            return answer(exchange, models.alias(alias, model, fields.text("expected")));
        });
    }

    private void removeAlias(WireRequest request, Exchange exchange) {
        String alias = request.path().substring(ALIASES.length() + 1);
        boolean removed = models.removeAlias(alias);
        exchange.respond(200, Json.object().put("alias", alias).put("removed", removed));
    }

    // --- answers

    private static Runnable answer(Exchange exchange, Outcome outcome) {
        return switch (outcome) {
            case Done done ->
                () -> exchange.respond(200, ModelStatusJson.of(done.status()).put("ended_early", done.endedEarly()));
            case Refused refused -> () -> exchange.fail(error(refused));
        };
    }

    private static ApiError error(Refused refused) {
        String code = refused.reason().name().toLowerCase(Locale.ROOT);
        return switch (refused.reason()) {
            case UNKNOWN_MODEL -> ApiError.modelNotFound(refused.message());
            case BAD_NAME -> ApiError.refused(400, code, refused.message());
            case PATH_NOT_ALLOWED -> ApiError.refused(403, code, refused.message());
            case WRONG_STATE, IN_USE, DOES_NOT_FIT, TOO_MANY -> ApiError.refused(409, code, refused.message());
            case LOAD_FAILED -> ApiError.refused(422, code, refused.message());
            case SHUTTING_DOWN -> ApiError.unavailable(code, refused.message());
        };
    }

    /** Triton's clients send an empty object, or nothing. */
    private static JsonFields body(WireRequest request) {
        return JsonFields.of(request.body().length == 0 ? Json.object() : Json.parseObject(request.body()));
    }

    @Override
    public void close() {
        verbs.close();
    }
}
