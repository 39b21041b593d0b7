package dev.weir.control.routing;

import dev.weir.control.completion.Endpoint;
import dev.weir.control.configuration.Section;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is different for one tenant.
 *
 * @param models where names of models lead, before any rule
 * @param operations where they lead in requests of one operation, before that
 * @param costPerTokenMax in dollars, for whatever it asks
 * @param region whose engines it prefers, or an empty text
 */
record TenantRoutes(
        Map<String, Aim> models,
        Map<String, Map<String, Aim>> operations,
        Optional<Double> costPerTokenMax,
        String region) {
    static final TenantRoutes NONE = new TenantRoutes(Map.of(), Map.of(), Optional.empty(), "");
    private static final double DOLLARS_MAX = 1;

    TenantRoutes {
        models = Map.copyOf(models);
        operations = Map.copyOf(operations);
    }

    static Optional<TenantRoutes> read(Section section) {
        Map<String, Map<String, Aim>> operations = new LinkedHashMap<>();
        if (section.has("operations")) {
            Section byOperation = section.section("operations");
            for (Endpoint endpoint : Endpoint.values()) {
                operations.put(endpoint.operation(), aims(byOperation, endpoint.operation()));
            }
        }
        Map<String, Aim> models = aims(section, "models");
        Optional<Double> cost = section.number("max-cost-per-token", 0, DOLLARS_MAX);
        String region = section.text("region").orElse("");
        return section.make(() -> new TenantRoutes(models, operations, cost, region));
    }

    private static Map<String, Aim> aims(Section section, String key) {
        Map<String, Aim> aims = new LinkedHashMap<>();
        section.named(key).forEach((model, aim) -> Aim.read(aim).ifPresent(read -> aims.put(model, read)));
        return aims;
    }

    /**
     * Where a name leads.
     *
     * @param name as the explanation of a route says it
     */
    record Own(Aim aim, String name) {}

    /** Where the name leads in requests of this operation, where that is the tenant's own. */
    Optional<Own> own(String operation, String model) {
        Aim ofOperation = operations.getOrDefault(operation, Map.of()).get(model);
        return ofOperation == null
                ? Optional.ofNullable(models.get(model)).map(aim -> new Own(aim, model))
                : Optional.of(new Own(ofOperation, model + " for " + operation));
    }
}
