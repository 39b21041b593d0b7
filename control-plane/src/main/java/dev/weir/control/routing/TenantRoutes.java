package dev.weir.control.routing;

import dev.weir.control.configuration.Section;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is different for one tenant.
 *
 * @param models where names of models lead, before any rule
 * @param costPerTokenMax in dollars, for whatever it asks
 * @param region whose engines it prefers, or an empty text
 */
record TenantRoutes(Map<String, Aim> models, Optional<Double> costPerTokenMax, String region) {
    static final TenantRoutes NONE = new TenantRoutes(Map.of(), Optional.empty(), "");
    private static final double DOLLARS_MAX = 1;

    TenantRoutes {
        models = Map.copyOf(models);
    }

    static Optional<TenantRoutes> read(Section section) {
        Map<String, Aim> models = new LinkedHashMap<>();
        section.named("models").forEach((model, aim) -> Aim.read(aim).ifPresent(read -> models.put(model, read)));
        Optional<Double> cost = section.number("max-cost-per-token", 0, DOLLARS_MAX);
        String region = section.text("region").orElse("");
        return section.make(() -> new TenantRoutes(models, cost, region));
    }
}
