package dev.weir.control.rollout.trial;

import static java.util.Objects.requireNonNull;

import dev.weir.control.accounting.Feedback;
import dev.weir.control.rollout.assignment.ExperimentAssignment;
import dev.weir.control.rollout.assignment.HashVersion;
import dev.weir.control.rollout.experiment.Bandit;
import dev.weir.control.rollout.experiment.ExperimentPlan;
import dev.weir.control.rollout.experiment.Reward;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is tried on the users of an alias, fixed before it begins.
 *
 * @param arms the first is the control, which is what the alias means
 * @param hash that users are assigned by
 * @param coverage the share of users that take part
 * @param primary the one goal that decides
 * @param adaptation of a bandit; null for an experiment
 */
public record TrialPlan(
        String id,
        String alias,
        List<TrialArm> arms,
        HashVersion hash,
        double coverage,
        Goal primary,
        Duration horizon,
        long usersPerArmMin,
        @Nullable Adaptation adaptation) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,31}");
    /** What arms of rollouts are called. */
    private static final Set<String> TAKEN = Set.of("baseline", "candidate", "shadow");

    private static final Feedback EVERYTHING = new Feedback(true, true, null, false, false);

    public TrialPlan {
        arms = List.copyOf(arms);
        requireNonNull(hash, "hash is null");
        requireNonNull(primary, "primary is null");
        if (!NAME.matcher(id).matches()) {
            throw new IllegalArgumentException("id must match " + NAME.pattern() + ": " + id);
        }
        if (alias.isBlank()) {
            throw new IllegalArgumentException("alias is blank");
        }
        if (!(coverage > 0 && coverage <= 1)) {
            throw new IllegalArgumentException("coverage must be above 0 and at most 1: " + coverage);
        }
        if (arms.stream().map(TrialArm::model).distinct().count() < arms.size()) {
            throw new IllegalArgumentException("two arms are the same model: " + arms);
        }
        if (adaptation != null && primary.quality(EVERYTHING).isEmpty()) {
            throw new IllegalArgumentException(
                    "a bandit learns from what is said of single answers: its primary goal is"
                            + " TASK_COMPLETION, THUMBS, QUALITY or HALLUCINATION, not " + primary);
        }
        // What else is wrong with arms and times, they say themselves.
        ExperimentPlan.standard(
                id, arms.getFirst().name(), names(arms).subList(1, arms.size()), horizon, usersPerArmMin);
    }

    /** A version of the model, and its name in headers, the ledger and reports. */
    public record TrialArm(String name, String model) {
        public TrialArm {
            if (!NAME.matcher(name).matches() || TAKEN.contains(name)) {
                throw new IllegalArgumentException(
                        "an arm's name must match " + NAME.pattern() + " and be none of " + TAKEN + ": " + name);
            }
            if (model.isBlank()) {
                throw new IllegalArgumentException("the arm " + name + " has no model");
            }
        }
    }

    /**
     * How a bandit moves traffic.
     *
     * @param slowerThanSeconds whole answers that take longer are penalised
     */
    public record Adaptation(Bandit rules, Reward reward, double slowerThanSeconds) {
        public Adaptation {
            if (!(slowerThanSeconds > 0)) {
                throw new IllegalArgumentException("slowerThanSeconds must be positive: " + slowerThanSeconds);
            }
        }
    }

    TrialArm control() {
        return arms.getFirst();
    }

    List<String> armNames() {
        return names(arms);
    }

    private static List<String> names(List<TrialArm> arms) {
        return arms.stream().map(TrialArm::name).toList();
    }

    /** As headers and the ledger have it. */
    String text(String arm) {
        return id + "/" + arm;
    }

    /** The arm that is written so. */
    String armOf(String text) {
        return text.substring(id.length() + 1);
    }

    List<String> texts() {
        return armNames().stream().map(this::text).toList();
    }

    /** Of each arm as it is written, the model that is to answer. */
    Map<String, String> modelsByText() {
        return arms.stream().collect(Collectors.toUnmodifiableMap(arm -> text(arm.name()), TrialArm::model));
    }

    public Set<String> models() {
        return arms.stream().map(TrialArm::model).collect(Collectors.toUnmodifiableSet());
    }

    ExperimentPlan experiment() {
        return ExperimentPlan.standard(
                id, control().name(), armNames().subList(1, arms.size()), horizon, usersPerArmMin);
    }

    ExperimentAssignment assignment() {
        return new ExperimentAssignment(id, hash, coverage, armNames());
    }
}
