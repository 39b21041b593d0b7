package dev.weir.control.rollout.live;

import dev.weir.control.identity.Mirror;
import dev.weir.control.rollout.journal.AliasWeight;
import dev.weir.control.rollout.journal.RolloutJournal;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What each alias means that has ever been rolled out, as of a moment ago; whoever has it changed sees it changed, since it is looked at
 * anew before they are told. Thread-safe: readers see one map or the next, and never an older one.
 */
public final class ArmWeights implements Mirror {
    private final RolloutJournal journal;
    private volatile Map<String, AliasWeight> byAlias = Map.of();

    public ArmWeights(RolloutJournal journal) {
        this.journal = journal;
    }

    @Override
    public synchronized void refresh() {
        byAlias = journal.weights().stream()
                .collect(Collectors.toUnmodifiableMap(AliasWeight::alias, Function.identity()));
    }

    public Optional<AliasWeight> of(String alias) {
        return Optional.ofNullable(byAlias.get(alias));
    }

    /** Of the weight that a rollout has set last; 0 where it has none. */
    public long revisionOf(String rolloutId) {
        return byAlias.values().stream()
                .filter(weight -> weight.rolloutId().equals(rolloutId))
                .mapToLong(AliasWeight::revision)
                .findFirst()
                .orElse(0);
    }

    /** Whether nobody is answered by a rollout's candidate: it is in the shadow, or was rolled back. */
    public boolean hidesCandidate(String rolloutId) {
        return byAlias.values().stream()
                .anyMatch(weight -> weight.rolloutId().equals(rolloutId) && weight.candidateShare() == 0);
    }

    public Collection<AliasWeight> all() {
        return byAlias.values();
    }
}
