package dev.weir.control.compression;

import dev.weir.control.configuration.Section;
import java.util.List;
import java.util.Optional;

/** Whose context is shortened, as the configuration says it under {@code compression}: the first rule that fits a request counts. */
public record CompressionRules(List<Rule> rules) {
    public static final CompressionRules NONE = new CompressionRules(List.of());

    /** About 2,000 tokens; what is shorter is computed sooner than it is worth to lose anything of it. */
    private static final int FROM_CHARS = 8000;

    private static final int FROM_CHARS_LEAST = 200;
    private static final int FROM_CHARS_MOST = 100_000_000;
    private static final double KEEP = 0.4;
    private static final double KEEP_LEAST = 0.05;
    private static final double KEEP_MOST = 0.95;

    public CompressionRules {
        rules = List.copyOf(rules);
    }

    /**
     * For whom, and how much.
     *
     * @param tenants all where it is empty
     * @param models as they are called after routing; all where it is empty
     * @param fromChars a shorter context is left alone
     * @param keep the share of its characters that is kept
     */
    public record Rule(List<String> tenants, List<String> models, int fromChars, double keep) {
        public Rule {
            tenants = List.copyOf(tenants);
            models = List.copyOf(models);
        }

        boolean fits(String tenant, String model) {
            return (tenants.isEmpty() || tenants.contains(tenant)) && (models.isEmpty() || models.contains(model));
        }
    }

    public static CompressionRules read(Section root) {
        return new CompressionRules(root.list("compression").stream()
                .flatMap(entry -> readRule(entry).stream())
                .toList());
    }

    private static Optional<Rule> readRule(Section entry) {
        List<String> tenants = entry.texts("tenants");
        List<String> models = entry.texts("models");
        int fromChars = entry.integer("from-chars", FROM_CHARS_LEAST, FROM_CHARS_MOST, FROM_CHARS);
        double keep = entry.number("keep", KEEP_LEAST, KEEP_MOST, KEEP);
        return entry.make(() -> new Rule(tenants, models, fromChars, keep));
    }

    /** The rule for a request. */
    public Optional<Rule> of(String tenant, String model) {
        return rules.stream().filter(rule -> rule.fits(tenant, model)).findFirst();
    }
}
