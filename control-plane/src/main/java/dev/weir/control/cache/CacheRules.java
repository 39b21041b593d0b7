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
    private static final double ERROR_LEAST = 0.0001;
    private static final double ERROR_MOST = 0.5;
    private static final double ERROR = 0.01;
    private static final double VERIFY_SHARE = 0.01;
    private static final double ALIKE_TEMPERATURE = 0.3;
    private static final int MESSAGES = 3;
    private static final int MESSAGES_HIGHEST = 99;

    public CacheRules {
        rules = List.copyOf(rules);
    }

    /**
     * For whom, and what.
     *
     * @param tenants all where it is empty
     * @param models as they are called after routing; all where it is empty
     */
    public record Rule(List<String> tenants, List<String> models, Optional<Exact> exact, Optional<Semantic> semantic) {
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

    /**
     * Answers to requests that mean the same.
     *
     * @param errorMax the share of answers that may be wrong
     * @param verifyShare of the answers that are given, the share that an engine is asked for all the same, to see how often they are wrong
     * @param messagesMax system messages not counted; later in a conversation a question means what was said before it
     */
    public record Semantic(Duration ttl, double errorMax, double verifyShare, double temperatureMax, int messagesMax) {}

    public static CacheRules read(Section root) {
        return new CacheRules(root.list("cache").stream()
                .flatMap(entry -> readRule(entry).stream())
                .toList());
    }

    private static Optional<Rule> readRule(Section entry) {
        List<String> tenants = entry.texts("tenants");
        List<String> models = entry.texts("models");
        Optional<Exact> exact = entry.has("exact") ? Optional.of(readExact(entry.section("exact"))) : Optional.empty();
        Optional<Semantic> semantic =
                entry.has("semantic") ? Optional.of(readSemantic(entry.section("semantic"))) : Optional.empty();
        return entry.make(() -> new Rule(tenants, models, exact, semantic));
    }

    private static Exact readExact(Section section) {
        return new Exact(section.duration("ttl", TTL), section.number("temperature-max", 0, TEMPERATURE_HIGHEST, 0));
    }

    private static Semantic readSemantic(Section section) {
        return new Semantic(
                section.duration("ttl", TTL),
                section.number("error-max", ERROR_LEAST, ERROR_MOST, ERROR),
                section.number("verify-share", 0, 1, VERIFY_SHARE),
                section.number("temperature-max", 0, TEMPERATURE_HIGHEST, ALIKE_TEMPERATURE),
                section.integer("messages-max", 1, MESSAGES_HIGHEST, MESSAGES));
    }

    /** The rule for requests of this tenant to this model, if they may be remembered at all. */
    public Optional<Rule> of(String tenant, String model) {
        return rules.stream().filter(rule -> rule.fits(tenant, model)).findFirst();
    }
}
