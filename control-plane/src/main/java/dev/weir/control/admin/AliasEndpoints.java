package dev.weir.control.admin;

import dev.weir.control.fleet.Fleet;
import dev.weir.control.rollout.journal.AliasWeight;
import dev.weir.control.rollout.journal.RolloutJournal;
import dev.weir.control.rollout.journal.RolloutRecord;
import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.routing.RoutingPolicy;
import dev.weir.control.storage.Database;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** What callers' names for models mean, meant and may come to mean. */
@RestController
public final class AliasEndpoints {
    private static final int ROLLOUTS_MAX = 200;

    private final Database database;
    private final RolloutJournal journal;
    private final ArmWeights weights;
    private final Fleet fleet;
    private final Supplier<RoutingPolicy> policy;

    public AliasEndpoints(
            Database database,
            RolloutJournal journal,
            ArmWeights weights,
            Fleet fleet,
            Supplier<RoutingPolicy> policy) {
        this.database = database;
        this.journal = journal;
        this.weights = weights;
        this.fleet = fleet;
        this.policy = policy;
    }

    /**
     * An alias and its versions.
     *
     * @param model that answers whoever is not told apart
     * @param rolloutId of the rollout that goes on
     */
    record AliasView(
            String alias, @Nullable String model, @Nullable String rolloutId, List<VersionView> versions) {}

    /** A model that an alias means, meant or may come to mean. */
    record VersionView(
            String model,
            double share,
            int readyEngineCount,
            @Nullable String rolloutId) {}

    /** Every name that leads to one model, and what it leads to. */
    @GetMapping("/admin/aliases")
    Mono<List<AliasView>> aliases() {
        return Refusals.ask(database, () -> {
            List<RolloutRecord> kept = journal.latest(ROLLOUTS_MAX);
            return Stream.concat(
                            policy.get().aliasNames().stream(),
                            kept.stream().map(record -> record.plan().alias()))
                    .distinct()
                    .sorted()
                    .map(alias -> alias(alias, kept))
                    .toList();
        });
    }

    private AliasView alias(String alias, List<RolloutRecord> kept) {
        List<RolloutRecord> own = kept.stream()
                .filter(record -> record.plan().alias().equals(alias))
                .toList();
        Optional<RolloutRecord> goesOn = own.stream()
                .filter(record -> !record.report().phase().isTerminal())
                .findFirst();
        Optional<AliasWeight> weight = weights.of(alias);
        Optional<String> model =
                weight.map(AliasWeight::current).or(() -> policy.get().modelOf(alias));
        List<VersionView> versions = Stream.concat(
                        model.stream(),
                        own.stream()
                                .flatMap(record -> Stream.of(
                                        record.plan().candidate(), record.plan().baseline())))
                .distinct()
                .map(version -> new VersionView(
                        version,
                        share(version, weight, model),
                        readyEngineCount(version),
                        own.stream()
                                .filter(record -> record.plan().candidate().equals(version))
                                .map(record -> record.plan().rolloutId())
                                .findFirst()
                                .orElse(null)))
                .toList();
        return new AliasView(
                alias,
                model.orElse(null),
                goesOn.map(record -> record.plan().rolloutId()).orElse(null),
                versions);
    }

    private static double share(String version, Optional<AliasWeight> weight, Optional<String> model) {
        return weight.map(now -> now.candidate().equals(version)
                        ? now.candidateShare()
                        : now.baseline().equals(version) ? 1 - now.candidateShare() : 0)
                .orElse(model.filter(version::equals).isPresent() ? 1.0 : 0.0);
    }

    private int readyEngineCount(String model) {
        return Math.toIntExact(fleet.snapshot().ready().stream()
                .filter(engine -> engine.has(model))
                .count());
    }
}
