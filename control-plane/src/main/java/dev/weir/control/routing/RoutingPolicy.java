package dev.weir.control.routing;

import dev.weir.control.configuration.Section;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How models are chosen, as the configuration says it.
 *
 * @param tiers the models of each, the best first
 * @param aliases other names, and where they lead
 * @param rules the first whose condition holds counts
 * @param confidenceMin below it the middle tier is taken, whatever the request looks like
 * @param sessionHold how long a session stays with a model that is able enough, so that its warm prefix is not lost
 * @param timeZone of the hours and days that rules speak of
 */
public record RoutingPolicy(
        Map<Tier, List<String>> tiers,
        Map<String, Aim> aliases,
        List<Rule> rules,
        Map<String, TenantRoutes> tenants,
        double confidenceMin,
        Duration sessionHold,
        ZoneId timeZone) {
    /** The model that leaves the choice to us. */
    public static final String AUTO = "weir-auto";

    private static final double CONFIDENCE_MIN = 0.7;
    private static final Duration SESSION_HOLD = Duration.ofMinutes(10);

    public RoutingPolicy {
        tiers = Map.copyOf(tiers);
        aliases = Map.copyOf(aliases);
        rules = List.copyOf(rules);
        tenants = Map.copyOf(tenants);
    }

    /** The configuration's {@code tiers}, {@code aliases}, {@code rules}, {@code tenants} and {@code routing}. */
    public static RoutingPolicy read(Section root) {
        Map<Tier, List<String>> tiers = new EnumMap<>(Tier.class);
        Section named = root.section("tiers");
        for (Tier tier : Tier.values()) {
            List<String> models = named.texts(tier.text());
            if (!models.isEmpty()) {
                tiers.put(tier, models);
            }
        }
        Map<String, Aim> aliases = new LinkedHashMap<>();
        root.named("aliases").forEach((name, aim) -> Aim.read(aim).ifPresent(read -> aliases.put(name, read)));
        List<Rule> rules = root.list("rules").stream()
                .flatMap(rule -> Rule.read(rule).stream())
                .toList();
        Map<String, TenantRoutes> tenants = new LinkedHashMap<>();
        root.named("tenants")
                .forEach((name, tenant) -> TenantRoutes.read(tenant).ifPresent(read -> tenants.put(name, read)));
        Section routing = root.section("routing");
        return new RoutingPolicy(
                tiers,
                aliases,
                rules,
                tenants,
                routing.number("confidence-min", 0, 1, CONFIDENCE_MIN),
                routing.duration("session-hold", SESSION_HOLD),
                zone(routing));
    }

    private static ZoneId zone(Section routing) {
        String name = routing.text("time-zone").orElse("UTC");
        try {
            return ZoneId.of(name);
        } catch (DateTimeException _) {
            routing.problem("time-zone", "must be a zone like UTC or Europe/Vienna, not '" + name + "'");
            return ZoneOffset.UTC;
        }
    }

    /** Whether every model is taken at its word. */
    public boolean isEmpty() {
        return tiers.isEmpty() && aliases.isEmpty() && rules.isEmpty() && tenants.isEmpty();
    }

    /** Names that lead somewhere and are no models themselves. */
    public Set<String> virtualModels() {
        Set<String> names = new TreeSet<>(aliases.keySet());
        if (!tiers.isEmpty()) {
            names.add(AUTO);
            tiers.keySet().forEach(tier -> names.add("weir-" + tier.text()));
        }
        return names;
    }

    /** The tier that a model is of; the most able one where it is of several. */
    Optional<Tier> tierOf(String model) {
        return tiers.entrySet().stream()
                .filter(tier -> tier.getValue().contains(model))
                .map(Map.Entry::getKey)
                .max(Tier::compareTo);
    }
}
