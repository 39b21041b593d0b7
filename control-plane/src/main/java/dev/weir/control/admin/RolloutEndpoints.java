package dev.weir.control.admin;

import static java.util.Objects.requireNonNullElseGet;

import dev.weir.control.accounting.CallRates;
import dev.weir.control.admin.RolloutOrders.GuardOrder;
import dev.weir.control.admin.RolloutOrders.NewRollout;
import dev.weir.control.admin.RolloutOrders.RolloutOrder;
import dev.weir.control.admin.RolloutOrders.StageOrder;
import dev.weir.control.admin.RolloutOrders.Template;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Scope;
import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.Guard;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RolloutForecast;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReport;
import dev.weir.control.rollout.journal.AliasWeight;
import dev.weir.control.rollout.journal.CommandInbox.Answer;
import dev.weir.control.rollout.journal.RolloutRecord;
import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.rollout.live.RolloutDesk;
import dev.weir.control.rollout.live.RolloutStore;
import dev.weir.control.routing.RoutingPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
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

/** Rollouts: what is planned, how each stands and why, and what people want of it. */
@RestController
public final class RolloutEndpoints {
    private static final int DECISIONS_MAX = 200;

    private final RolloutStore store;
    private final RolloutDesk desk;
    private final ArmWeights weights;
    private final CallRates rates;
    private final Fleet fleet;
    private final Supplier<RoutingPolicy> policy;

    public RolloutEndpoints(
            RolloutStore store,
            RolloutDesk desk,
            ArmWeights weights,
            CallRates rates,
            Fleet fleet,
            Supplier<RoutingPolicy> policy) {
        this.store = store;
        this.desk = desk;
        this.weights = weights;
        this.rates = rates;
        this.fleet = fleet;
        this.policy = policy;
    }

    /** A rollout in one line. */
    public record RolloutSummary(
            String id,
            String alias,
            String baseline,
            String candidate,
            Phase phase,
            int stageIndex,
            int stageCount,
            double candidateShare,
            @Nullable Double actualShare,
            boolean held,
            String sentence,
            Instant createdAt,
            String createdBy,
            Instant at) {
        static RolloutSummary of(RolloutRecord kept) {
            RolloutPlan plan = kept.plan();
            RolloutReport report = kept.report();
            return new RolloutSummary(
                    plan.rolloutId(),
                    plan.alias(),
                    plan.baseline(),
                    plan.candidate(),
                    report.phase(),
                    report.stageIndex(),
                    plan.stages().size(),
                    report.candidateShare(),
                    report.actualShare(),
                    !report.holds().isEmpty(),
                    report.sentence(),
                    kept.createdAt(),
                    kept.createdBy(),
                    report.at());
        }
    }

    /** A decision, the numbers it was made by beside it. */
    public record DecisionView(
            long number,
            Instant at,
            Decision.Kind kind,
            int stageIndex,
            String actor,
            String sentence,
            List<ReadingView> readings) {
        static DecisionView of(Decision decision) {
            return new DecisionView(
                    decision.number(),
                    decision.at(),
                    decision.kind(),
                    decision.stageIndex(),
                    decision.actor(),
                    decision.sentence(),
                    decision.readings().stream().map(ReadingView::of).toList());
        }
    }

    /** A metric at the time of a decision. */
    public record ReadingView(
            String metric,
            long candidateCount,
            long candidateBadCount,
            long baselineCount,
            long baselineBadCount,
            @Nullable Double measured,
            double limit,
            double log10E,
            double log10Needed) {
        static ReadingView of(Decision.Reading reading) {
            return new ReadingView(
                    reading.metric().name(),
                    reading.inStage().candidateCount(),
                    reading.inStage().candidateBadCount(),
                    reading.inStage().baselineCount(),
                    reading.inStage().baselineBadCount(),
                    Double.isFinite(reading.measured()) ? reading.measured() : null,
                    reading.limit(),
                    reading.log10E(),
                    reading.log10Needed());
        }
    }

    /** Everything there is to say of a rollout. */
    public record RolloutDetail(
            RolloutSummary summary,
            String reason,
            List<StageOrder> stages,
            List<GuardOrder> guards,
            RolloutReport report,
            @Nullable DecisionView lastDecision,
            List<DecisionView> decisions,
            List<Verb> allowed) {}

    /** What a plan begins with. */
    public record TemplateView(Template template, List<StageOrder> stages, List<GuardOrder> guards) {}

    /**
     * An alias and its versions.
     *
     * @param model that answers whoever is not told apart
     * @param rolloutId of the rollout that goes on
     */
    public record AliasView(
            String alias, @Nullable String model, @Nullable String rolloutId, List<VersionView> versions) {}

    /** A model that an alias means, meant or may come to mean. */
    public record VersionView(
            String model,
            double share,
            int readyEngineCount,
            @Nullable String rolloutId) {}

    @GetMapping("/admin/rollouts")
    Mono<List<RolloutSummary>> rollouts(@RequestParam(defaultValue = "100") int limit) {
        return Refusals.ask(
                store.database(),
                () -> store.journal().latest(limit).stream()
                        .map(RolloutSummary::of)
                        .toList());
    }

    @GetMapping("/admin/rollouts/templates")
    List<TemplateView> rolloutTemplates() {
        List<StageOrder> stages =
                RolloutPlan.standardStages().stream().map(StageOrder::of).toList();
        return List.of(
                new TemplateView(Template.STANDARD, stages, guards(RolloutPlan.standardGuards())),
                new TemplateView(Template.UNJUDGED, stages, guards(RolloutPlan.unjudgedGuards())));
    }

    /** How long a plan would take at the traffic of the last hour; nothing is kept. */
    @PostMapping("/admin/rollouts/forecast")
    Mono<RolloutForecast> forecastRollout(@RequestBody NewRollout order) {
        return Refusals.ask(store.database(), () -> {
            RolloutPlan plan = order.plan("forecast", baseline(order));
            return RolloutForecast.of(plan, rates.perSecond(plan.baseline()) + rates.perSecond(plan.candidate()));
        });
    }

    @PostMapping("/admin/rollouts")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<RolloutDetail> createRollout(
            @RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestBody NewRollout order) {
        boolean overrides = Boolean.TRUE.equals(order.overrideGate());
        if (overrides) {
            caller.require(Scope.ADMINISTER);
        }
        String id = requireNonNullElseGet(
                order.id(), () -> "r-" + UUID.randomUUID().toString().substring(0, 13));
        Mono<RolloutRecord> kept = Refusals.ask(
                store.database(),
                () -> desk.plan(order.plan(id, baseline(order)), caller.actor(), order.reason(), overrides));
        return Boolean.TRUE.equals(order.start())
                ? kept.then(obeyed(caller, id, Verb.START, new RolloutOrder(order.reason(), null)))
                : kept.then(detail(id));
    }

    @GetMapping("/admin/rollouts/{id}")
    Mono<RolloutDetail> rollout(@PathVariable String id) {
        return detail(id);
    }

    @PostMapping("/admin/rollouts/{id}/start")
    Mono<RolloutDetail> startRollout(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody RolloutOrder order) {
        return obeyed(caller, id, Verb.START, order);
    }

    @PostMapping("/admin/rollouts/{id}/pause")
    Mono<RolloutDetail> pauseRollout(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody RolloutOrder order) {
        return obeyed(caller, id, Verb.PAUSE, order);
    }

    @PostMapping("/admin/rollouts/{id}/resume")
    Mono<RolloutDetail> resumeRollout(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody RolloutOrder order) {
        return obeyed(caller, id, Verb.RESUME, order);
    }

    @PostMapping("/admin/rollouts/{id}/promote-one")
    Mono<RolloutDetail> promoteRolloutOne(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody RolloutOrder order) {
        return obeyed(caller, id, Verb.PROMOTE_ONE, order);
    }

    @PostMapping("/admin/rollouts/{id}/promote-full")
    Mono<RolloutDetail> promoteRolloutFull(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody RolloutOrder order) {
        return obeyed(caller, id, Verb.PROMOTE_FULL, order);
    }

    @PostMapping("/admin/rollouts/{id}/rollback")
    Mono<RolloutDetail> rollBackRollout(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody RolloutOrder order) {
        return obeyed(caller, id, Verb.ROLL_BACK, order);
    }

    @PostMapping("/admin/rollouts/{id}/extend")
    Mono<RolloutDetail> extendRollout(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody RolloutOrder order) {
        return obeyed(caller, id, Verb.EXTEND, order);
    }

    /** Every name that leads to one model, and what it leads to. */
    @GetMapping("/admin/aliases")
    Mono<List<AliasView>> aliases() {
        return Refusals.ask(store.database(), () -> {
            List<RolloutRecord> kept = store.journal().latest(DECISIONS_MAX);
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

    /** An alias means what its last rollout left, else what the configuration says; a new one means what its first rollout says. */
    private String baseline(NewRollout order) {
        if (fleet.snapshot().knows(order.alias())) {
            throw new IllegalArgumentException("'" + order.alias()
                    + "' is a model, which is taken at its word: roll out under an alias that callers use");
        }
        Optional<String> meaning = weights.of(order.alias())
                .map(AliasWeight::current)
                .or(() -> policy.get().modelOf(order.alias()));
        String wanted = order.baseline();
        if (meaning.isPresent() && wanted != null && !wanted.equals(meaning.get())) {
            throw new IllegalArgumentException("the alias '" + order.alias() + "' means " + meaning.get() + ", not "
                    + wanted + ": leave `baseline` away");
        }
        return meaning.or(() -> Optional.ofNullable(wanted))
                .orElseThrow(() -> new IllegalArgumentException(
                        "the alias '" + order.alias() + "' has no single model yet: name the `baseline`"));
    }

    private Mono<RolloutDetail> obeyed(Caller caller, String id, Verb verb, RolloutOrder order) {
        Mono<Answer> answer = Mono.defer(() -> desk.command(
                id,
                new Command(
                        requireNonNullElseGet(
                                order.id(), () -> UUID.randomUUID().toString()),
                        verb,
                        caller.actor(),
                        order.reason())));
        return Refusals.ask(store.database(), () -> find(id))
                .then(answer.onErrorMap(IllegalArgumentException.class, Refusals::badRequest))
                .switchIfEmpty(Mono.error(() -> new ResponseStatusException(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "nobody leads rollouts at present; the command is kept, and obeyed as soon as somebody does")))
                .flatMap(told -> told.obeyed()
                        ? detail(id)
                        : Mono.error(new ResponseStatusException(HttpStatus.CONFLICT, told.sentence())));
    }

    private Mono<RolloutDetail> detail(String id) {
        return Refusals.ask(store.database(), () -> {
            RolloutRecord kept = find(id);
            List<DecisionView> decisions = store.journal().latestDecisions(id, DECISIONS_MAX).stream()
                    .map(DecisionView::of)
                    .toList();
            return new RolloutDetail(
                    RolloutSummary.of(kept),
                    kept.reason(),
                    kept.plan().stages().stream().map(StageOrder::of).toList(),
                    guards(kept.plan().guards()),
                    kept.report(),
                    decisions.isEmpty() ? null : decisions.getFirst(),
                    decisions,
                    allowed(kept.report()));
        });
    }

    private RolloutRecord find(String id) {
        return store.journal()
                .find(id)
                .orElseThrow(
                        () -> new ResponseStatusException(HttpStatus.NOT_FOUND, "there is no rollout '" + id + "'"));
    }

    private static List<GuardOrder> guards(List<Guard> guards) {
        return guards.stream().map(GuardOrder::of).toList();
    }

    private static List<Verb> allowed(RolloutReport report) {
        return switch (report.phase()) {
            case PLANNED -> List.of(Verb.START, Verb.ROLL_BACK);
            case RUNNING ->
                report.candidateShare() == 1
                        ? List.of(Verb.PAUSE, Verb.EXTEND, Verb.ROLL_BACK)
                        : List.of(Verb.PAUSE, Verb.PROMOTE_ONE, Verb.PROMOTE_FULL, Verb.EXTEND, Verb.ROLL_BACK);
            case PAUSED -> List.of(Verb.RESUME, Verb.PROMOTE_ONE, Verb.PROMOTE_FULL, Verb.ROLL_BACK);
            case INCONCLUSIVE -> List.of(Verb.EXTEND, Verb.PROMOTE_ONE, Verb.PROMOTE_FULL, Verb.ROLL_BACK);
            case COMPLETED, ROLLED_BACK -> List.of();
        };
    }
}
