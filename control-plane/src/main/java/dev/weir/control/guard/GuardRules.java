package dev.weir.control.guard;

import dev.weir.control.configuration.Section;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What is looked for, as the configuration says it under {@code guards}: the first rule that fits a request counts. */
public record GuardRules(List<Rule> rules) {
    public static final GuardRules NONE = new GuardRules(List.of());

    private static final double SCORE_MIN = 0.7;

    public GuardRules {
        rules = List.copyOf(rules);
    }

    /** What becomes of what is found. */
    public enum Action {
        COUNT,
        REDACT,
        BLOCK
    }

    /**
     * For whom, and what.
     *
     * @param tenants all where it is empty
     * @param models as they are called after routing; all where it is empty
     * @param answers the personal data that is taken out of answers, or only counted there
     */
    public record Rule(
            List<String> tenants,
            List<String> models,
            Optional<OfInjection> injection,
            Optional<OfPersonal> personal,
            Optional<OfPersonal> answers) {
        public Rule {
            tenants = List.copyOf(tenants);
            models = List.copyOf(models);
        }

        boolean fits(String tenant, String model) {
            return (tenants.isEmpty() || tenants.contains(tenant)) && (models.isEmpty() || models.contains(model));
        }
    }

    /** From this score on a text is an attempt. */
    public record OfInjection(Action action, double scoreMin) {
        public OfInjection {
            if (action == Action.REDACT) {
                throw new IllegalArgumentException("may count or block, since what there is to redact nobody knows");
            }
        }
    }

    /** These kinds. */
    public record OfPersonal(Action action, Set<PersonalKind> kinds) {
        public OfPersonal {
            kinds = Set.copyOf(kinds);
        }
    }

    public static GuardRules read(Section root) {
        return new GuardRules(root.list("guards").stream()
                .flatMap(entry -> readRule(entry).stream())
                .toList());
    }

    private static Optional<Rule> readRule(Section entry) {
        List<String> tenants = entry.texts("tenants");
        List<String> models = entry.texts("models");
        Optional<OfInjection> injection = Optional.of(entry)
                .filter(rule -> rule.has("injection"))
                .flatMap(rule -> readInjection(rule.section("injection")));
        Optional<OfPersonal> personal = readPersonal(entry, "personal");
        Optional<OfPersonal> answers = readPersonal(entry, "answers");
        if (answers.filter(rule -> rule.action() == Action.BLOCK).isPresent()) {
            entry.section("answers")
                    .problem("action", "may be count or redact: part of an answer has been sent by then");
        }
        return entry.make(() -> new Rule(tenants, models, injection, personal, answers));
    }

    private static Optional<OfInjection> readInjection(Section section) {
        Action action = section.choice("action", Action.class, Action.COUNT);
        double scoreMin = section.number("score-min", 0, 1, SCORE_MIN);
        return section.make(() -> new OfInjection(action, scoreMin));
    }

    private static Optional<OfPersonal> readPersonal(Section entry, String key) {
        if (!entry.has(key)) {
            return Optional.empty();
        }
        Section section = entry.section(key);
        Action action = section.choice("action", Action.class, Action.COUNT);
        Set<PersonalKind> kinds = EnumSet.noneOf(PersonalKind.class);
        for (String text : section.texts("kinds")) {
            Arrays.stream(PersonalKind.values())
                    .filter(kind -> kind.text().equals(text))
                    .findFirst()
                    .ifPresentOrElse(
                            kinds::add,
                            () -> section.problem("kinds", "may be " + allKinds() + ", not '" + text + "'"));
        }
        Set<PersonalKind> wanted = kinds.isEmpty() ? EnumSet.allOf(PersonalKind.class) : kinds;
        return section.make(() -> new OfPersonal(action, wanted));
    }

    private static String allKinds() {
        return Arrays.stream(PersonalKind.values()).map(PersonalKind::text).collect(Collectors.joining(", "));
    }

    /** The rule for a request. */
    public Optional<Rule> of(String tenant, String model) {
        return rules.stream().filter(rule -> rule.fits(tenant, model)).findFirst();
    }
}
