package dev.weir.control;

import dev.weir.control.classification.Traits;
import dev.weir.control.rollout.assignment.CanaryAssignment;
import dev.weir.control.rollout.assignment.HashVersion;
import dev.weir.control.rollout.journal.AliasWeight;
import dev.weir.control.rollout.live.Arm;
import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.rollout.live.LiveCounts;
import dev.weir.control.rollout.live.RecentRequests;
import dev.weir.control.rollout.live.RecentRequests.Seen;
import dev.weir.control.rollout.live.RequestTraits;
import dev.weir.control.rollout.trial.TrialArms;
import dev.weir.control.routing.RequestFacts;
import dev.weir.control.routing.Versions;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rollouts and experiments as routing sees them: a conversation keeps its version in a rollout, and a request that is of none is one of its
 * own; a user keeps the arm of an experiment.
 */
record RolledOutVersions(ArmWeights weights, TrialArms trials, LiveCounts counts, RecentRequests requests)
        implements Versions {

    @Override
    public Set<String> names() {
        return Stream.concat(weights.all().stream().map(AliasWeight::alias), trials.aliases().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Optional<Version> of(String name, RequestFacts facts) {
        return trials.of(name, facts.tenant(), facts.subject())
                .map(fallen -> new Version(fallen.model(), fallen.arm()))
                .or(() -> weights.of(name).map(weight -> rolledOut(weight, facts)));
    }

    private static Version rolledOut(AliasWeight weight, RequestFacts facts) {
        if (!weight.watched()) {
            return new Version(weight.current(), "");
        }
        boolean candidate = new CanaryAssignment(weight.rolloutId(), HashVersion.SHA256_53, weight.candidateShare())
                .isCandidate(facts.tenant(), conversation(facts));
        return new Version(
                candidate ? weight.candidate() : weight.baseline(), new Arm(weight.rolloutId(), candidate).text());
    }

    @Override
    public void went(RequestFacts facts, String arm, Traits traits) {
        Arm.of(arm).ifPresent(of -> {
            counts.routed(of, facts.tenant(), conversation(facts));
            String queryType = traits.difficulty().name().toLowerCase(Locale.ROOT);
            requests.add(
                    facts.id(),
                    new Seen(
                            of,
                            weights.revisionOf(of.rolloutId()),
                            weights.hidesCandidate(of.rolloutId()),
                            RequestTraits.of(facts.tenant(), queryType, traits.language(), traits.promptChars())));
        });
    }

    private static String conversation(RequestFacts facts) {
        return facts.session().isEmpty() ? facts.id() : facts.session();
    }
}
