package dev.weir.control.admin;

import dev.weir.control.admin.ModelPins.Pin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an engine says of its models.
 *
 * @param reason why nothing is known; null where something is
 * @param freeBytes of memory that a further model could have, where it says so
 */
public record EngineModels(
        String engine,
        @Nullable String reason,
        @Nullable Long freeBytes,
        List<ModelLine> models,
        List<AdapterLine> adapters) {

    /**
     * One model, in whatever state.
     *
     * @param version which of the models that have or had this name it is, as answers tell it; only of what is loaded
     * @param phase of coming or going, and the part of it that is done
     * @param reason why it is in its state, where there is something to say
     * @param path it was loaded from
     * @param parameters it was loaded with
     * @param pin by which somebody wants it to stay
     */
    public record ModelLine(
            String name,
            @Nullable String version,
            String state,
            @Nullable String reason,
            @Nullable String phase,
            @Nullable Double fraction,
            int requestsInFlight,
            List<String> aliases,
            @Nullable Long weightsBytes,
            @Nullable Long kvCacheBytes,
            @Nullable Long workingBytes,
            @Nullable String path,
            Map<String, String> parameters,
            @Nullable Pin pin) {}

    /** An adapter and the model that it changes. */
    public record AdapterLine(String name, String model) {}

    static EngineModels unknown(String engine, String reason) {
        return new EngineModels(engine, reason, null, List.of(), List.of());
    }

    /** Out of the index of its repository, and the list of what it serves. */
    static EngineModels read(String engine, JsonNode index, JsonNode served, JsonNode memory, List<Pin> pins) {
        Map<String, String> versions = new HashMap<>();
        served.path("data")
                .forEach(model -> versions.put(
                        model.path("id").asString(), model.path("version").asString("")));
        List<ModelLine> models = new ArrayList<>();
        index.forEach(line -> models.add(line(
                line,
                versions.getOrDefault(line.path("name").asString(), ""),
                pins.stream()
                        .filter(pin -> pin.isOf(engine, line.path("name").asString()))
                        .findFirst()
                        .orElse(null))));
        List<AdapterLine> adapters = new ArrayList<>();
        for (JsonNode model : served.path("data")) {
            String parent = model.path("parent").asString("");
            if (!parent.isEmpty()) {
                adapters.add(new AdapterLine(model.path("id").asString(), parent));
            }
        }
        return new EngineModels(engine, null, number(memory.path("free_bytes")), models, adapters);
    }

    private static ModelLine line(JsonNode line, String version, @Nullable Pin pin) {
        List<String> aliases = new ArrayList<>();
        line.path("aliases").forEach(alias -> aliases.add(alias.asString()));
        Map<String, String> parameters = new LinkedHashMap<>();
        line.path("parameters")
                .properties()
                .forEach(parameter ->
                        parameters.put(parameter.getKey(), parameter.getValue().asString("")));
        JsonNode memory = line.path("memory");
        JsonNode fraction = line.path("progress").path("fraction");
        return new ModelLine(
                line.path("name").asString(),
                version.isEmpty() ? null : version,
                line.path("state").asString(),
                text(line.path("reason")),
                text(line.path("progress").path("phase")),
                fraction.isNumber() ? fraction.doubleValue() : null,
                line.path("requests_in_flight").asInt(0),
                aliases,
                number(memory.path("weights_bytes")),
                number(memory.path("kv_cache_bytes")),
                number(memory.path("working_bytes")),
                text(line.path("path")),
                parameters,
                pin);
    }

    private static @Nullable String text(JsonNode value) {
        String text = value.asString("");
        return text.isEmpty() ? null : text;
    }

    private static @Nullable Long number(JsonNode value) {
        return value.isNumber() ? value.longValue() : null;
    }
}
