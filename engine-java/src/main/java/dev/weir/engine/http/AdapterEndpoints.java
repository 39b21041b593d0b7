package dev.weir.engine.http;

import dev.weir.engine.adapters.AdapterException;
import dev.weir.engine.adapters.AdapterRoots;
import dev.weir.engine.http.Arrival.WireRequest;
import dev.weir.engine.model.AdapterDirectory;
import dev.weir.engine.model.ModelFormatException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** Loads and unloads adapters, in vLLM's shape. */
record AdapterEndpoints(Serving serving, Administration administration, Workers workers, InstantSource clock) {

    private static final String NAME = "lora_name";
    private static final String PATH = "lora_path";

    void addTo(Router router) {
        AdminGuard guard = administration.guard();
        router.on("POST", "/v1/load_lora_adapter", guard.guard((request, exchange) -> run(request, exchange, true)))
                .on(
                        "POST",
                        "/v1/unload_lora_adapter",
                        guard.guard((request, exchange) -> run(request, exchange, false)));
    }

    private void run(WireRequest request, Exchange exchange, boolean load) {
        workers.run(exchange, () -> {
            JsonFields fields = JsonFields.of(Json.parseObject(request.body()));
            String said = load ? load(fields) : unload(fields);
            return () -> exchange.respond(200, "text/plain; charset=utf-8", Json.utf8(said), Map.of());
        });
    }

    private String load(JsonFields fields) {
        String name = required(fields, NAME);
        ServedModel model = model(fields);
        if (model.parent() != null) {
            throw fields.refuse("base_model_name", "is an adapter itself: " + model.name());
        }
        boolean replace = fields.flag("load_inplace", false);
        AdapterDirectory directory = directory(fields);
        requireFree(fields, name, model);
        try {
            model.adapters().load(name, directory, replace, clock.instant().getEpochSecond());
        } catch (AdapterException e) {
            throw fields.refuse(NAME, "cannot be loaded: " + e.getMessage());
        }
        return "Success: LoRA adapter '" + name + "' added successfully.";
    }

    private ServedModel model(JsonFields fields) {
        return serving.model(fields.text("base_model_name"));
    }

    private AdapterDirectory directory(JsonFields fields) {
        String path = required(fields, PATH);
        AdapterRoots roots = administration.adapterRoots();
        try {
            return AdapterDirectory.open(roots.within(path));
        } catch (AdapterException | ModelFormatException e) {
            throw new ApiException(ApiError.badField(PATH, PATH + ": " + e.getMessage()));
        }
    }

    /** A name means one thing on a server, so that a request is never answered by another than the one it meant. */
    private void requireFree(JsonFields fields, String name, ServedModel model) {
        boolean taken = serving.isModelOrAlias(name)
                || serving.models().stream()
                        .anyMatch(other -> !other.name().equals(model.name())
                                && other.adapted(name).isPresent());
        if (taken) {
            throw fields.refuse(NAME, "is taken: there is a model or an adapter of another model called " + name);
        }
    }

    private String unload(JsonFields fields) {
        String name = required(fields, NAME);
        boolean found =
                serving.models().stream().anyMatch(model -> model.adapters().unload(name));
        if (!found) {
            throw new ApiException(ApiError.modelNotFound("there is no adapter `" + name + "`"));
        }
        return "Success: LoRA adapter '" + name + "' removed successfully.";
    }

    private static String required(JsonFields fields, String name) {
        Optional<String> value = fields.text(name);
        return value.orElseThrow(() -> fields.refuse(name, "is missing"));
    }
}
