package dev.weir.control.admin;

import static java.util.Objects.requireNonNullElseGet;

import dev.weir.control.accounting.CallRates;
import dev.weir.control.admin.RolloutOrders.NewRollout;
import dev.weir.control.admin.RolloutOrders.RolloutOrder;
import dev.weir.control.admin.RolloutOrders.Template;
import dev.weir.control.admin.RolloutViews.DecisionView;
import dev.weir.control.admin.RolloutViews.RolloutDetail;
import dev.weir.control.admin.RolloutViews.RolloutSummary;
import dev.weir.control.admin.RolloutViews.TemplateView;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Scope;
import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.RolloutForecast;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReading;
import dev.weir.control.rollout.journal.AliasWeight;
import dev.weir.control.rollout.journal.CommandInbox.Answer;
import dev.weir.control.rollout.journal.RolloutRecord;
import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.rollout.live.RolloutDesk;
import dev.weir.control.rollout.live.RolloutStore;
import dev.weir.control.routing.RoutingPolicy;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
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
        return List.of(
                TemplateView.of(Template.STANDARD, RolloutPlan.standardGuards()),
                TemplateView.of(Template.UNJUDGED, RolloutPlan.unjudgedGuards()));
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
        return Boolean.TRUE.equals(order.start()) ? kept.then(started(caller, id, order)) : kept.then(detail(id));
    }

    /** One that may not start as it is made is given up, so that its alias is free for another try. */
    private Mono<RolloutDetail> started(Caller caller, String id, NewRollout order) {
        return obeyed(caller, id, Verb.START, new RolloutOrder(order.reason(), null))
                .onErrorResume(
                        refused -> refused instanceof ResponseStatusException answer
                                && answer.getStatusCode() == HttpStatus.CONFLICT,
                        refused -> obeyed(
                                        caller,
                                        id,
                                        Verb.ROLL_BACK,
                                        new RolloutOrder("it could not be started as it was made", null))
                                .then(Mono.error(refused)));
    }

    @GetMapping("/admin/rollouts/{id}")
    Mono<RolloutDetail> rollout(@PathVariable String id) {
        return detail(id);
    }

    /** What was decided before decision {@code before}, which is everything where it is absent; the newest first. */
    @GetMapping("/admin/rollouts/{id}/decisions")
    Mono<List<DecisionView>> rolloutDecisions(
            @PathVariable String id,
            @RequestParam Optional<Long> before,
            @RequestParam(defaultValue = "100") int limit) {
        return Refusals.ask(store.database(), () -> {
            find(id);
            return store.journal().decisionsBefore(id, before.orElse(Long.MAX_VALUE), limit).stream()
                    .map(DecisionView::of)
                    .toList();
        });
    }

    /** What was read of the guards since the rollout began, after the reading numbered {@code after}; the oldest first. */
    @GetMapping("/admin/rollouts/{id}/readings")
    Mono<List<RolloutReading>> rolloutReadings(
            @PathVariable String id,
            @RequestParam(defaultValue = "-1") long after,
            @RequestParam(defaultValue = "1000") int limit) {
        return Refusals.ask(store.database(), () -> {
            find(id);
            return store.journal().readingsAfter(id, after, limit);
        });
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
            List<Decision> decisions = store.journal().decisionsBefore(id, Long.MAX_VALUE, DECISIONS_MAX);
            return RolloutDetail.of(kept, decisions);
        });
    }

    private RolloutRecord find(String id) {
        return store.journal()
                .find(id)
                .orElseThrow(
                        () -> new ResponseStatusException(HttpStatus.NOT_FOUND, "there is no rollout '" + id + "'"));
    }
}
