package dev.weir.engine.http;

import dev.weir.engine.http.Arrival.WireRequest;
import dev.weir.engine.http.Serving.Listing;
import dev.weir.engine.lifecycle.ModelState;
import dev.weir.engine.lifecycle.ModelStatus;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the server says about itself.
 *
 * @param metrics the Prometheus text
 * @param metricsType its content type
 */
record StatusEndpoints(Serving serving, Supplier<String> metrics, String metricsType) {

    private static final String MODELS = "/v1/models/";
    private static final String READY_PREFIX = "/v2/models/";
    private static final String READY_SUFFIX = "/ready";

    /** 200 while the process and the loops of its models live. */
    void health(WireRequest request, Exchange exchange) {
        boolean alive = serving.isAlive();
        exchange.respond(alive ? 200 : 503, Json.object().put("status", alive ? "ok" : "an engine has failed"));
    }

    /** 200 while new requests are welcome: not before all models are loaded, not while shutting down. */
    void ready(WireRequest request, Exchange exchange) {
        String status = switch (serving.phase()) {
            case STARTING -> "starting";
            case READY -> serving.isAlive() ? "ready" : "an engine has failed";
            case DRAINING -> "draining";
        };
        exchange.respond(status.equals("ready") ? 200 : 503, Json.object().put("status", status));
    }

    void metrics(WireRequest request, Exchange exchange) {
        exchange.respond(200, metricsType, Json.utf8(metrics.get()), Map.of());
    }

    void models(WireRequest request, Exchange exchange) {
        ObjectNode answer = Json.object().put("object", "list");
        ArrayNode data = answer.putArray("data");
        serving.listings().forEach(listing -> data.add(describe(listing)));
        for (ServedModel model : serving.models()) {
            model.adapters().all().forEach(adapter -> data.add(describe(model.with(adapter))));
        }
        new TreeMap<>(serving.aliases()).forEach((alias, model) -> data.add(describe(alias, serving.listing(model))));
        exchange.respond(200, answer);
    }

    void model(WireRequest request, Exchange exchange) {
        String name = request.path().substring(MODELS.length());
        Optional<ServedModel> adapted = serving.adapted(name);
        if (adapted.isPresent()) {
            exchange.respond(200, describe(adapted.get()));
            return;
        }
        Listing listing = serving.listing(name);
        exchange.respond(200, listing.name().equals(name) ? describe(listing) : describe(name, listing));
    }

    /** The inference protocol's question whether one model is ready. */
    void modelReady(WireRequest request, Exchange exchange) {
        String path = request.path();
        if (!path.endsWith(READY_SUFFIX) || path.length() <= READY_PREFIX.length() + READY_SUFFIX.length()) {
            exchange.fail(ApiError.unknownPath(path));
            return;
        }
        String name = path.substring(READY_PREFIX.length(), path.length() - READY_SUFFIX.length());
        ModelStatus status = serving.listing(name).status();
        boolean ready = status.state() == ModelState.READY && serving.phase() == Serving.Phase.READY;
        exchange.respond(
                ready ? 200 : 503,
                Json.object()
                        .put("name", name)
                        .put("ready", ready)
                        .put("state", status.state().name()));
    }

    /** An adapter is listed as a model, with the one that it belongs to as its parent. */
    private static ObjectNode describe(ServedModel adapted) {
        return Json.object()
                .put("id", adapted.name())
                .put("object", "model")
                .put("created", adapted.createdSeconds())
                .put("owned_by", "weir")
                .put("parent", adapted.parent())
                .put("max_model_len", adapted.contextTokensMax());
    }

    /** An alias is listed as a model, with the one that it stands for as its root. */
    private ObjectNode describe(String alias, Listing listing) {
        return describe(listing).put("id", alias).put("root", listing.name());
    }

    /** A model that is not ready says so; other servers list only what is ready, and say nothing of it. */
    private ObjectNode describe(Listing listing) {
        ServedModel model = listing.model();
        ModelState state = listing.status().state();
        ObjectNode json = Json.object()
                .put("id", listing.name())
                .put("object", "model")
                .put("created", model == null ? 0 : model.createdSeconds())
                .put("owned_by", "weir");
        if (model != null) {
            json.put("max_model_len", model.contextTokensMax());
            if (!model.version().isEmpty()) {
                json.put("version", model.version());
            }
        }
        if (state != ModelState.READY) {
            json.put("state", state.name());
        }
        if (state == ModelState.SLEEPING) {
            json.put("wakes_on_request", serving.wakesOnRequest());
        }
        return json;
    }
}
