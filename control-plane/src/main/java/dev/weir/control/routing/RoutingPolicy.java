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
import java.util.stream.Stream;

/**
 * How models are chosen, as the configuration says it.
 *
 * @param tiers the models of each, the best first
 * @param aliases other names, and where they lead
 * @param rules the first whose condition holds counts
 * @param costs of a token, read or written, whichever is the dearer, in dollars; a model that is not in it costs nothing
 * @param scoring how models are weighed for {@code weir-auto}; its tier's first that is ready is taken where nobody says
 * @param confidenceMin below it the middle tier is taken, whatever the request looks like
 * @param sessionHold how long a session stays with a model that is able enough, so that its warm prefix is not lost
 * @param timeZone of the hours and days that rules speak of
 */
public record RoutingPolicy(
        Map<Tier, List<String>> tiers,
        Map<String, Aim> aliases,
        List<Rule> rules,
        Map<String, TenantRoutes> tenants,
        Map<String, Double> costs,
        Optional<Scoring> scoring,
        double confidenceMin,
        Duration sessionHold,
        ZoneId timeZone) {
    /** The model that leaves the choice to us. */
    public static final String AUTO = "weir-auto";

    /** Prices are in dollars for so many tokens. */
    private static final double TOKENS = 1e6;

    private static final double PRICE_MAX = 1e6;
    private static final double CONFIDENCE_MIN = 0.7;
    private static final Duration SESSION_HOLD = Duration.ofMinutes(10);

    public RoutingPolicy {
        tiers = Map.copyOf(tiers);
        aliases = Map.copyOf(aliases);
        rules = List.copyOf(rules);
        tenants = Map.copyOf(tenants);
        costs = Map.copyOf(costs);
    }

    /** The configuration's {@code tiers}, {@code aliases}, {@code rules}, {@code tenants}, {@code prices} and {@code routing}. */
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
                costs(root),
                Scoring.read(routing),
                routing.number("confidence-min", 0, 1, CONFIDENCE_MIN),
                routing.duration("session-hold", SESSION_HOLD),
                zone(routing));
    }

    private static Map<String, Double> costs(Section root) {
        Map<String, Double> costs = new LinkedHashMap<>();
        root.named("prices").forEach((model, price) -> {
            double input = price.number("input", 0, PRICE_MAX, 0);
            price.leave("cached-input"); // never the dearer
            costs.put(model, Math.max(input, price.number("output", 0, PRICE_MAX, 0)) / TOKENS);
        });
        return costs;
    }

    /** What a token of the model costs, read or written, whichever is the dearer, in dollars. */
    public double costPerToken(String model) {
        return costs.getOrDefault(model, 0.0);
    }

    /**
     * What a token may cost a tenant's request, in dollars.
     *
     * @param asked what the request says of it
     */
    public double costPerTokenMax(String tenant, Optional<Double> asked) {
        return Math.min(
                asked.orElse(Double.MAX_VALUE),
                tenants.getOrDefault(tenant, TenantRoutes.NONE)
                        .costPerTokenMax()
                        .orElse(Double.MAX_VALUE));
    }

    /** The region that a tenant prefers, or an empty text. */
    public String regionOf(String tenant) {
        return tenants.getOrDefault(tenant, TenantRoutes.NONE).region();
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

    /** The model that an alias stands for; empty where it is none, or stands for a tier or for several models. */
    public Optional<String> modelOf(String alias) {
        return aliases.get(alias) instanceof Aim.OfModels(var weights) && weights.size() == 1
                ? weights.keySet().stream().findFirst()
                : Optional.empty();
    }

    /** The aliases of the configuration. */
    public Set<String> aliasNames() {
        return aliases.keySet();
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

    /** The first model of each tier, that of the fastest first. */
    List<String> firstOfTiers() {
        return Stream.of(Tier.values())
                .flatMap(tier -> tiers.getOrDefault(tier, List.of()).stream().limit(1))
                .toList();
    }

    /** The tier that a model is of; the most able one where it is of several. */
    Optional<Tier> tierOf(String model) {
        return tiers.entrySet().stream()
                .filter(tier -> tier.getValue().contains(model))
                .map(Map.Entry::getKey)
                .max(Tier::compareTo);
    }
}
