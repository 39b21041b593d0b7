package dev.weir.control.cache;

import dev.weir.control.configuration.Section;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What may be remembered, as the configuration says it under {@code cache}: the first rule that fits a request counts. */
public record CacheRules(List<Rule> rules) {
    public static final CacheRules NONE = new CacheRules(List.of());

    private static final Duration TTL = Duration.ofHours(1);
    private static final double TEMPERATURE_HIGHEST = 2;

    public CacheRules {
        rules = List.copyOf(rules);
    }

    /**
     * For whom, and what.
     *
     * @param tenants all where it is empty
     * @param models as they are called after routing; all where it is empty
     */
    public record Rule(List<String> tenants, List<String> models, Optional<Exact> exact) {
        public Rule {
            tenants = List.copyOf(tenants);
            models = List.copyOf(models);
        }

        boolean fits(String tenant, String model) {
            return (tenants.isEmpty() || tenants.contains(tenant)) && (models.isEmpty() || models.contains(model));
        }
    }

    /**
     * Answers to the very same request.
     *
     * @param ttl how long an answer is kept
     * @param temperatureMax above it, and without a seed, a caller wants another answer every time
     */
    public record Exact(Duration ttl, double temperatureMax) {}

    public static CacheRules read(Section root) {
        return new CacheRules(root.list("cache").stream()
                .flatMap(entry -> readRule(entry).stream())
                .toList());
    }

    private static Optional<Rule> readRule(Section entry) {
        List<String> tenants = entry.texts("tenants");
        List<String> models = entry.texts("models");
        Optional<Exact> exact = entry.has("exact") ? Optional.of(readExact(entry.section("exact"))) : Optional.empty();
        return entry.make(() -> new Rule(tenants, models, exact));
    }

    private static Exact readExact(Section section) {
        return new Exact(section.duration("ttl", TTL), section.number("temperature-max", 0, TEMPERATURE_HIGHEST, 0));
    }

    /** The rule for requests of this tenant to this model, if they may be remembered at all. */
    public Optional<Rule> of(String tenant, String model) {
        return rules.stream().filter(rule -> rule.fits(tenant, model)).findFirst();
    }
}
