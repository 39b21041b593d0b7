package dev.weir.control.ingress;

import dev.weir.control.fleet.Fleet;
import dev.weir.control.fleet.ServedModel;
import dev.weir.control.identity.Scope;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's endpoints: what an engine must answer goes through the pipeline, what the fleet knows is answered here. */
@RestController
public final class OpenAiEndpoints {
    private final Doorkeeper doorkeeper;
    private final CompletionPipeline pipeline;
    private final RouteStation routes;
    private final Fleet fleet;

    public OpenAiEndpoints(Doorkeeper doorkeeper, CompletionPipeline pipeline, RouteStation routes, Fleet fleet) {
        this.doorkeeper = doorkeeper;
        this.pipeline = pipeline;
        this.routes = routes;
        this.fleet = fleet;
    }

    @PostMapping({
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/responses",
        "/v1/embeddings",
        "/tokenize",
        "/detokenize",
        "/apply-template"
    })
    Mono<Void> complete(ServerWebExchange exchange) {
        return pipeline.handle(exchange);
    }

    @GetMapping("/v1/models")
    Mono<Void> models(ServerWebExchange exchange) {
        return doorkeeper.admit(exchange, Scope.INFERENCE).flatMap(_ -> answer(exchange, list()));
    }

    private ObjectNode list() {
        ObjectNode list = JsonMapper.shared().createObjectNode().put("object", "list");
        ArrayNode data = list.putArray("data");
        fleet.snapshot().models().forEach(model -> data.add(entry(model)));
        // Names that lead to models are asked for like models.
        routes.virtualModels().forEach(name -> data.add(entry(ServedModel.ready(name))));
        return list;
    }

    /** A model's name may contain slashes. */
    @GetMapping("/v1/models/{*id}")
    Mono<Void> model(@PathVariable String id, ServerWebExchange exchange) {
        return doorkeeper.admit(exchange, Scope.INFERENCE).flatMap(_ -> answer(exchange, entryOf(id.substring(1))));
    }

    private ObjectNode entryOf(String name) {
        List<ServedModel> models = List.copyOf(fleet.snapshot().models());
        return models.stream()
                .filter(model -> model.id().equals(name))
                .findFirst()
                .map(OpenAiEndpoints::entry)
                .orElseThrow(() -> new Refusal(OpenAiError.unknownModel(
                        name, models.stream().map(ServedModel::id).toList())));
    }

    /** As JSON, whatever the caller says that it accepts: there is nothing else to have. */
    private static Mono<Void> answer(ServerWebExchange exchange, ObjectNode json) {
        ServerHttpResponse response = exchange.getResponse();
        byte[] bytes = JsonMapper.shared().writeValueAsBytes(json);
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        response.getHeaders().setContentLength(bytes.length);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(bytes)));
    }

    private static ObjectNode entry(ServedModel model) {
        ObjectNode entry = JsonMapper.shared()
                .createObjectNode()
                .put("id", model.id())
                .put("object", "model")
                .put("created", model.createdEpochSeconds())
                .put("owned_by", model.ownedBy());
        if (model.contextTokensMax() != null) {
            entry.put("max_model_len", model.contextTokensMax());
        }
        if (model.version() != null) {
            entry.put("version", model.version());
        }
        if (model.root() != null) {
            entry.put("root", model.root());
        }
        if (model.state() != null) {
            entry.put("state", model.state()).put("wakes_on_request", model.wakesOnRequest());
        }
        return entry;
    }
}
