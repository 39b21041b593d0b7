package dev.weir.control.ingress;

import dev.weir.control.configuration.Section;
import java.util.List;
import java.util.Optional;

/**
 * Whose answers are looked at before they are sent, and who answers instead where they are poor.
 *
 * @param tiers whose models are tried first
 * @param model that is asked where an answer will not do
 * @param logprobMin the mean of an answer's tokens below which its model was not sure enough, where nothing was learnt of its answers
 * @param rightMin the learnt probability to be right below which an answer will not do; the check's own where nobody says
 */
public record UpgradePolicy(List<String> tiers, String model, double logprobMin, Optional<Double> rightMin) {
    /** Learnt on the training split of the demo models' domain; other models are sure in other degrees. */
    private static final double LOGPROB_MIN = -0.02;

    private static final double LOGPROB_LEAST = -100;

    public UpgradePolicy {
        tiers = List.copyOf(tiers);
    }

    /** What the configuration has under {@code upgrade}, if it has anything. */
    public static Optional<UpgradePolicy> read(Section root) {
        if (!root.has("upgrade")) {
            return Optional.empty();
        }
        Section section = root.section("upgrade");
        List<String> tiers = section.texts("tiers");
        if (tiers.isEmpty()) {
            section.problem("tiers", "names none: say whose answers are looked at, such as [fast]");
        }
        String model = section.required("to");
        double logprobMin = section.number("logprob-min", LOGPROB_LEAST, 0, LOGPROB_MIN);
        Optional<Double> rightMin = section.number("right-min", 0, 1);
        return section.make(() -> new UpgradePolicy(tiers, model, logprobMin, rightMin));
    }
}
