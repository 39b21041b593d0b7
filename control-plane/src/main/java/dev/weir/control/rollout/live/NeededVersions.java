package dev.weir.control.rollout.live;

import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.trial.TrialStore;
import java.util.Optional;
import java.util.stream.Stream;

/** Which models nobody may take away, since a rollout may go back to them or an experiment gives them to users. Blocking. */
public final class NeededVersions {
    private final RolloutStore rollouts;
    private final TrialStore trials;

    public NeededVersions(RolloutStore rollouts, TrialStore trials) {
        this.rollouts = rollouts;
        this.trials = trials;
    }

    /** Who needs the model, and how that ends; empty where nobody does. */
    public Optional<String> need(String model) {
        return Stream.concat(ofRollouts(model), ofTrials(model)).findFirst();
    }

    private Stream<String> ofRollouts(String model) {
        return rollouts.journal().activeIds().stream()
                .flatMap(id -> rollouts.journal().find(id).stream())
                .filter(rollout -> isOf(rollout.plan(), model))
                .map(rollout -> "the rollout %s of %s needs %s: wait for its end, or roll it back"
                        .formatted(rollout.plan().rolloutId(), rollout.plan().alias(), model));
    }

    private static boolean isOf(RolloutPlan plan, String model) {
        return plan.baseline().equals(model) || plan.candidate().equals(model);
    }

    private Stream<String> ofTrials(String model) {
        return trials.running().keySet().stream()
                .flatMap(id -> trials.find(id).stream())
                .filter(trial -> trial.plan().models().contains(model))
                .map(trial -> "the experiment %s of %s gives %s to users: stop it first"
                        .formatted(trial.plan().id(), trial.plan().alias(), model));
    }
}
