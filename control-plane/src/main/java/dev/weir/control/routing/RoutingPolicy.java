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
 * @param prices of models; one that is not in it costs nothing
 * @param scoring how models are weighed for {@code weir-auto}; its tier's first that is ready is taken where nobody says
 * @param confidenceMin below it the middle tier is taken, whatever the request looks like
 * @param sessionHold how long a session may stay with a model for the sake of its warm prefix
 * @param timeZone of the hours and days that rules speak of
 * @param looks whose answers are looked at before they are sent
 */
public record RoutingPolicy(
        Map<Tier, List<String>> tiers,
        Map<String, Aim> aliases,
        List<Rule> rules,
        Map<String, TenantRoutes> tenants,
        Map<String, TokenPrice> prices,
        Optional<Scoring> scoring,
        double confidenceMin,
        Duration sessionHold,
        ZoneId timeZone,
        Optional<Looks> looks) {
    /** The model that leaves the choice to us. */
    public static final String AUTO = "weir-auto";

    /** The operation whose answers can be looked at. */
    private static final String CHAT = "chat/completions";

    /** Prices are in dollars for so many tokens. */
    private static final double TOKENS = 1e6;

    private static final double PRICE_MAX = 1e6;
    /** Of ordinary text, as the ledger takes it, too. */
    private static final int BYTES_PER_TOKEN = 4;

    private static final double CONFIDENCE_MIN = 0.7;
    private static final Duration SESSION_HOLD = Duration.ofMinutes(10);

    public RoutingPolicy {
        tiers = Map.copyOf(tiers);
        aliases = Map.copyOf(aliases);
        rules = List.copyOf(rules);
        tenants = Map.copyOf(tenants);
        prices = Map.copyOf(prices);
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
                prices(root),
                Scoring.read(routing),
                routing.number("confidence-min", 0, 1, CONFIDENCE_MIN),
                routing.duration("session-hold", SESSION_HOLD),
                zone(routing),
                Optional.empty());
    }

    /**
     * Answers that are looked at before they are sent.
     *
     * @param models whose
     * @param better the model that answers where they will not do
     */
    public record Looks(Set<String> models, String better) {
        public Looks {
            models = Set.copyOf(models);
        }
    }

    /**
     * The same where answers of some tiers are looked at. Where that leads to the most able model, others may be tried that are less likely right;
     * but models that are weighed are weighed for what they are by themselves.
     *
     * @param names of the tiers
     * @param better the model that answers where the first answer will not do
     */
    public RoutingPolicy lookingAt(List<String> names, String better) {
        boolean best =
                tiers.getOrDefault(Tier.POWER, List.of()).stream().limit(1).anyMatch(better::equals);
        Set<String> models = new TreeSet<>();
        tiers.forEach((tier, members) -> members.stream()
                .limit(1)
                .filter(_ -> names.contains(tier.text()))
                .forEach(models::add));
        Optional<Looks> seen = best && scoring.isEmpty() ? Optional.of(new Looks(models, better)) : Optional.empty();
        return new RoutingPolicy(
                tiers, aliases, rules, tenants, prices, scoring, confidenceMin, sessionHold, timeZone, seen);
    }

    /** The models whose answer to this request would be looked at, if nothing in its body forbids it. */
    Set<String> lookedAt(RequestFacts facts) {
        double costMax = costPerTokenMax(facts.tenant(), facts.costPerTokenMax());
        return looks.filter(_ -> facts.operation().equals(CHAT))
                .filter(up -> costPerToken(up.better()) <= costMax)
                .map(Looks::models)
                .orElse(Set.of());
    }

    private static Map<String, TokenPrice> prices(Section root) {
        Map<String, TokenPrice> prices = new LinkedHashMap<>();
        root.named("prices").forEach((model, price) -> {
            double input = price.number("input", 0, PRICE_MAX, 0);
            double cachedInput = price.number("cached-input", 0, PRICE_MAX, input);
            double output = price.number("output", 0, PRICE_MAX, 0);
            prices.put(model, new TokenPrice(input / TOKENS, cachedInput / TOKENS, output / TOKENS));
        });
        return prices;
    }

    /** What a token of the model costs, read or written, whichever is the dearer, in dollars. */
    public double costPerToken(String model) {
        return prices.getOrDefault(model, TokenPrice.FREE).dearest();
    }

    /** About what an answer of the model would cost where so much of the prompt is warm, in dollars. */
    double cost(String model, RequestFacts facts, long warmBytes) {
        long warmTokens = Math.min(warmBytes, facts.promptBytes()) / BYTES_PER_TOKEN;
        return prices.getOrDefault(model, TokenPrice.FREE)
                .of(
                        facts.promptBytes() / BYTES_PER_TOKEN - warmTokens,
                        warmTokens,
                        Scoring.outputTokens(facts.outputTokensMax()));
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

    /** What has to be said in the configuration for a name that nothing has to be one; empty for names that only a model can have. */
    public static Optional<String> lacking(String name) {
        if (name.equals(AUTO)) {
            return Optional.of("until `tiers` in weir.yaml says among which models it chooses");
        }
        return Stream.of(Tier.values())
                .map(Tier::text)
                .filter(tier -> name.equals("weir-" + tier))
                .map(tier -> "until `tiers` in weir.yaml has models for `" + tier + "`")
                .findFirst();
    }

    /** The first model of each tier, that of the fastest first. */
    List<String> firstOfTiers() {
        return Stream.of(Tier.values())
                .flatMap(tier -> tiers.getOrDefault(tier, List.of()).stream().limit(1))
                .toList();
    }

    /** The tier that a model is of; the most able one where it is of several. */
    public Optional<Tier> tierOf(String model) {
        return tiers.entrySet().stream()
                .filter(tier -> tier.getValue().contains(model))
                .map(Map.Entry::getKey)
                .max(Tier::compareTo);
    }
}
