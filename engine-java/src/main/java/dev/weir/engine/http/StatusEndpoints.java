package dev.weir.engine.http;

import dev.weir.engine.http.Arrival.WireRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        List<ServedModel> models = serving.models();
        ObjectNode answer = Json.object().put("object", "list");
        ArrayNode data = answer.putArray("data");
        models.forEach(model -> data.add(describe(model)));
        exchange.respond(200, answer);
    }

    void model(WireRequest request, Exchange exchange) {
        String name = request.path().substring(MODELS.length());
        exchange.respond(200, describe(serving.model(Optional.of(name))));
    }

    private static ObjectNode describe(ServedModel model) {
        return Json.object()
                .put("id", model.name())
                .put("object", "model")
                .put("created", model.createdSeconds())
                .put("owned_by", "weir")
                .put("max_model_len", model.contextTokensMax());
    }
}
