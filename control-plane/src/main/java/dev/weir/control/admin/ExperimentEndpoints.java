package dev.weir.control.admin;

import static java.util.Objects.requireNonNullElse;
import static java.util.Objects.requireNonNullElseGet;

import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.Caller;
import dev.weir.control.rollout.assignment.HashVersion;
import dev.weir.control.rollout.experiment.Bandit;
import dev.weir.control.rollout.experiment.Reward;
import dev.weir.control.rollout.journal.AliasWeight;
import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.rollout.trial.Goal;
import dev.weir.control.rollout.trial.TrialDesk;
import dev.weir.control.rollout.trial.TrialPlan;
import dev.weir.control.rollout.trial.TrialPlan.Adaptation;
import dev.weir.control.rollout.trial.TrialPlan.TrialArm;
import dev.weir.control.rollout.trial.TrialRecord;
import dev.weir.control.rollout.trial.TrialReport;
import dev.weir.control.rollout.trial.TrialState.End;
import dev.weir.control.rollout.trial.TrialStore;
import dev.weir.control.routing.RoutingPolicy;
import dev.weir.control.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** Experiments and bandits: what is registered, how each stands and why, and an end where people want one. */
@RestController
public final class ExperimentEndpoints {
    private static final double HORIZON_DAYS = 14;
    private static final long USERS_MIN = 1_000;
    private static final double HOURS_PER_DAY = 24;

    private final Database database;
    private final TrialStore store;
    private final TrialDesk desk;
    private final ArmWeights weights;
    private final Fleet fleet;
    private final Supplier<RoutingPolicy> policy;

    public ExperimentEndpoints(
            Database database,
            TrialStore store,
            TrialDesk desk,
            ArmWeights weights,
            Fleet fleet,
            Supplier<RoutingPolicy> policy) {
        this.database = database;
        this.store = store;
        this.desk = desk;
        this.weights = weights;
        this.fleet = fleet;
        this.policy = policy;
    }

    /** What kind of trial it is. */
    enum TrialKind {
        EXPERIMENT,
        BANDIT
    }

    /** A version of the model that some users get. */
    record ExperimentArm(String name, String model) {}

    /**
     * How a bandit moves traffic.
     *
     * @param floor each arm's least share, 0.05 where absent
     * @param nurseryCount until every arm has been observed so often all get the same, 100 where absent
     * @param discount by which what is known shrinks with each update, 1 where absent
     * @param costWeight what costing the reference once is worth, 0 where absent
     * @param costReference of an ordinary answer, 1 where absent
     * @param slowPenalty of an answer slower than promised, 0 where absent
     * @param slowerThanSeconds what was promised, a minute where absent
     */
    record BanditOrder(
            @Nullable Double floor,
            @Nullable Long nurseryCount,
            @Nullable Double discount,
            @Nullable Double costWeight,
            @Nullable Double costReference,
            @Nullable Double slowPenalty,
            @Nullable Double slowerThanSeconds) {
        private static final double FLOOR = 0.05;
        private static final long NURSERY = 100;
        private static final double SLOWER_THAN_SECONDS = 60;

        Adaptation adaptation() {
            return new Adaptation(
                    new Bandit(
                            requireNonNullElse(floor, FLOOR),
                            requireNonNullElse(nurseryCount, NURSERY),
                            requireNonNullElse(discount, 1.0)),
                    new Reward(
                            requireNonNullElse(costWeight, 0.0),
                            requireNonNullElse(costReference, 1.0),
                            requireNonNullElse(slowPenalty, 0.0)),
                    requireNonNullElse(slowerThanSeconds, SLOWER_THAN_SECONDS));
        }

        static BanditOrder of(Adaptation adaptation) {
            return new BanditOrder(
                    adaptation.rules().floor(),
                    adaptation.rules().nurseryCount(),
                    adaptation.rules().discount(),
                    adaptation.reward().costWeight(),
                    adaptation.reward().costReference(),
                    adaptation.reward().slowPenalty(),
                    adaptation.slowerThanSeconds());
        }
    }

    /**
     * What is wanted.
     *
     * @param id made up where absent
     * @param arms the first is the control, and has to be what the alias means
     * @param coverage the share of users that take part, all where absent
     * @param primary the goal that decides
     * @param horizonDays 14 where absent, at least 7
     * @param usersPerArmMin 1,000 where absent, and at least
     * @param bandit makes it one
     */
    record NewExperiment(
            @Nullable String id,
            String alias,
            List<ExperimentArm> arms,
            @Nullable Double coverage,
            Goal primary,
            @Nullable Double horizonDays,
            @Nullable Long usersPerArmMin,
            @Nullable BanditOrder bandit,
            String reason) {
        TrialPlan plan(String planId) {
            if (arms.size() < 2) {
                throw new IllegalArgumentException("an experiment has 2 to 10 arms: " + arms.size());
            }
            return new TrialPlan(
                    planId,
                    alias,
                    arms.stream()
                            .map(arm -> new TrialArm(arm.name(), arm.model()))
                            .toList(),
                    HashVersion.SHA256_53,
                    requireNonNullElse(coverage, 1.0),
                    primary,
                    Duration.ofHours(Math.round(HOURS_PER_DAY * requireNonNullElse(horizonDays, HORIZON_DAYS))),
                    requireNonNullElse(usersPerArmMin, USERS_MIN),
                    bandit == null ? null : bandit.adaptation());
        }
    }

    /** Why it is to end. */
    record ExperimentStop(String reason) {}

    /** One of them in a line. */
    record ExperimentSummary(
            String id,
            String alias,
            TrialKind kind,
            Goal primary,
            End end,
            @Nullable String arm,
            String sentence,
            int armCount,
            Instant createdAt,
            String createdBy,
            @Nullable Instant endedAt) {
        static ExperimentSummary of(TrialRecord trial) {
            TrialPlan plan = trial.plan();
            return new ExperimentSummary(
                    plan.id(),
                    plan.alias(),
                    plan.adaptation() == null ? TrialKind.EXPERIMENT : TrialKind.BANDIT,
                    plan.primary(),
                    trial.state().outcome().end(),
                    trial.state().outcome().arm(),
                    trial.state().outcome().sentence(),
                    plan.arms().size(),
                    trial.createdAt(),
                    trial.createdBy(),
                    trial.endedAt());
        }
    }

    /** Something that happened. */
    record ExperimentEvent(long number, Instant at, String actor, String sentence) {}

    /**
     * Everything there is to say of one.
     *
     * @param elapsedDays of the horizon's, with fractions: from the first call to the latest look, or to the end
     * @param misassigned whether users were found not to fall on arms as they should
     * @param report of the latest look; null before the first
     * @param timeline the newest first
     */
    record ExperimentDetail(
            ExperimentSummary summary,
            String reason,
            List<ExperimentArm> arms,
            double coverage,
            double horizonDays,
            double elapsedDays,
            long usersPerArmMin,
            @Nullable BanditOrder bandit,
            @Nullable Instant begunAt,
            boolean misassigned,
            @Nullable TrialReport report,
            List<ExperimentEvent> timeline) {}

    @GetMapping("/admin/experiments")
    Mono<List<ExperimentSummary>> experiments(@RequestParam(defaultValue = "100") int limit) {
        return Refusals.ask(
                database,
                () -> store.latest(limit).stream().map(ExperimentSummary::of).toList());
    }

    /** Begins at once. */
    @PostMapping("/admin/experiments")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<ExperimentDetail> createExperiment(
            @RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody NewExperiment order) {
        String id = requireNonNullElseGet(
                order.id(), () -> "x-" + UUID.randomUUID().toString().substring(0, 13));
        return Refusals.ask(database, () -> {
            TrialPlan plan = order.plan(id);
            requireMeaning(plan);
            desk.begin(plan, caller.actor(), order.reason());
            return detail(id);
        });
    }

    @GetMapping("/admin/experiments/{id}")
    Mono<ExperimentDetail> experiment(@PathVariable String id) {
        return Refusals.ask(database, () -> detail(id));
    }

    @PostMapping("/admin/experiments/{id}/stop")
    Mono<ExperimentDetail> stopExperiment(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody ExperimentStop order) {
        return Refusals.ask(database, () -> {
            TrialRecord trial = find(id);
            if (trial.endedAt() != null) {
                throw new ResponseStatusException(
                        HttpStatus.CONFLICT,
                        "the experiment has ended: " + trial.state().outcome().sentence());
            }
            desk.stop(id, caller.actor(), order.reason());
            return detail(id);
        });
    }

    /** Whoever does not take part gets what the alias means, which has to be the control. */
    private void requireMeaning(TrialPlan plan) {
        String alias = plan.alias();
        if (fleet.snapshot().knows(alias)) {
            throw new IllegalArgumentException("'" + alias
                    + "' is a model, which is taken at its word: experiment under an alias that callers use");
        }
        String meaning = weights.of(alias)
                .map(AliasWeight::current)
                .or(() -> policy.get().modelOf(alias))
                .orElseThrow(() -> new IllegalArgumentException("the alias '" + alias
                        + "' means no single model yet: configure it, or roll a model out under it"));
        String control = plan.arms().getFirst().model();
        if (!control.equals(meaning)) {
            throw new IllegalArgumentException("the first arm is the control, which is what '" + alias + "' means: "
                    + meaning + ", not " + control);
        }
    }

    private ExperimentDetail detail(String id) {
        TrialRecord trial = find(id);
        TrialPlan plan = trial.plan();
        Adaptation adaptation = plan.adaptation();
        return new ExperimentDetail(
                ExperimentSummary.of(trial),
                trial.reason(),
                plan.arms().stream()
                        .map(arm -> new ExperimentArm(arm.name(), arm.model()))
                        .toList(),
                plan.coverage(),
                days(plan.horizon()),
                elapsedDays(trial),
                plan.usersPerArmMin(),
                adaptation == null ? null : BanditOrder.of(adaptation),
                trial.state().begunAt(),
                trial.state().misassigned(),
                trial.report(),
                store.timeline(id).stream()
                        .map(entry -> new ExperimentEvent(entry.number(), entry.at(), entry.actor(), entry.sentence()))
                        .toList());
    }

    private static double elapsedDays(TrialRecord trial) {
        Instant begunAt = trial.state().begunAt();
        Instant endedAt = trial.endedAt();
        TrialReport report = trial.report();
        Instant until = endedAt != null ? endedAt : report != null ? report.at() : begunAt;
        return begunAt == null || until == null ? 0 : Math.max(0, days(Duration.between(begunAt, until)));
    }

    private static double days(Duration duration) {
        return duration.toMinutes() / (60 * HOURS_PER_DAY);
    }

    private TrialRecord find(String id) {
        return store.find(id)
                .orElseThrow(
                        () -> new ResponseStatusException(HttpStatus.NOT_FOUND, "there is no experiment '" + id + "'"));
    }
}
