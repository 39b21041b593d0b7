package dev.weir.control.ingress;

import dev.weir.control.configuration.Section;
import dev.weir.control.routing.RoutingPolicy;
import dev.weir.control.routing.Tier;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whose answers are looked at before they are sent, and who answers instead where they are poor.
 *
 * @param tiers whose models are tried first
 * @param steps models that are asked where an answer will not do, one after the other; the last one's answer is sent in any case
 * @param lookedAt those of the steps whose answers are looked at, too
 * @param logprobMin the mean of an answer's tokens below which its model was not sure enough, where nothing was learnt of its answers
 * @param rightMin the learnt probability to be right below which an answer will not do; the check's own where nobody says
 */
public record UpgradePolicy(
        List<String> tiers, List<String> steps, Set<String> lookedAt, double logprobMin, Optional<Double> rightMin) {
    /** Learnt on the training split of the demo models' domain; other models are sure in other degrees. */
    private static final double LOGPROB_MIN = -0.02;

    private static final double LOGPROB_LEAST = -100;

    public UpgradePolicy {
        tiers = List.copyOf(tiers);
        steps = List.copyOf(steps);
        lookedAt = Set.copyOf(lookedAt);
    }

    /**
     * What the configuration has under {@code upgrade}, if it has anything.
     *
     * @param routing of the same configuration, which knows the models of the tiers
     */
    public static Optional<UpgradePolicy> read(Section root, RoutingPolicy routing) {
        if (!root.has("upgrade")) {
            return Optional.empty();
        }
        Section section = root.section("upgrade");
        List<String> tiers = section.texts("tiers");
        if (tiers.isEmpty()) {
            section.problem("tiers", "names none: say whose answers are looked at, such as [fast]");
        }
        List<String> steps = section.texts("to");
        if (steps.isEmpty()) {
            section.problem("to", "names none: say who answers instead, such as weir-power's first model");
        }
        Set<String> lookedAt = steps.stream()
                .filter(model -> routing.tierOf(model)
                        .map(Tier::text)
                        .filter(tiers::contains)
                        .isPresent())
                .collect(Collectors.toSet());
        checkSteps(section, steps, lookedAt);
        double logprobMin = section.number("logprob-min", LOGPROB_LEAST, 0, LOGPROB_MIN);
        Optional<Double> rightMin = section.number("right-min", 0, 1);
        return section.make(() -> new UpgradePolicy(tiers, steps, lookedAt, logprobMin, rightMin));
    }

    private static void checkSteps(Section section, List<String> steps, Set<String> lookedAt) {
        Set<String> before = new HashSet<>();
        for (String model : steps) {
            if (!before.add(model)) {
                section.problem("to", "names " + model + " twice");
            }
        }
        steps.stream()
                .limit(Math.max(0, steps.size() - 1))
                .filter(model -> !lookedAt.contains(model))
                .findFirst()
                .ifPresent(
                        model -> section.problem(
                                "to",
                                "leads nowhere after " + model
                                        + ", whose answers are not looked at: add its tier to tiers, or take out what comes after it"));
    }

    /** The models that may answer instead of this one: those after it, or all of them where it is none of them. */
    List<String> above(String model) {
        return steps.subList(steps.indexOf(model) + 1, steps.size());
    }

    /** The model that answers where no other's answer will do. */
    public String last() {
        return steps.getLast();
    }
}
