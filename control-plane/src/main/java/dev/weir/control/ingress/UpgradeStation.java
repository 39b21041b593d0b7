package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.classification.SecondLook;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.upstream.EngineAnswer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The way up: an answer of a cheap model is looked at before anything of it is sent, and where it will not do a better model answers
 * instead, whose answer may be looked at in turn. The caller waits for the whole of each, which is why only routes that say so do it; what
 * they cost is in the ledger.
 */
public final class UpgradeStation {
    static final String HEADER = "x-weir-upgrade";

    private final LongFunction<Optional<UpgradePolicy>> policies;
    private final CostCeiling ceiling;
    private final Predicate<String> ready;
    private final Till till;
    private final Optional<SecondLook> look;

    /**
     * The way up.
     *
     * @param ready whether a model can answer now
     * @param look at answers by what was learnt of them, where anything was
     */
    public UpgradeStation(
            LongFunction<Optional<UpgradePolicy>> policies,
            CostCeiling ceiling,
            Predicate<String> ready,
            Till till,
            Optional<SecondLook> look) {
        this.look = look;
        this.policies = policies;
        this.ceiling = ceiling;
        this.ready = ready;
        this.till = till;
    }

    /** Sends a request to the engines and hands the answer on. */
    interface Engines {
        Mono<Void> ask(Call call, CompletionRequest request, Function<EngineAnswer, ? extends Publisher<Void>> relay);
    }

    /** The answer of the model that was chosen, or of a better one. */
    Mono<Void> answer(
            Call call,
            ServerWebExchange exchange,
            Engines engines,
            Function<EngineAnswer, ? extends Publisher<Void>> relay) {
        CompletionRequest request = call.request();
        String tier = exchange.getResponse().getHeaders().getFirst(RouteStation.TIER_HEADER);
        Optional<UpgradePolicy> up = policies.apply(request.configuration())
                .filter(now ->
                        tier != null && now.tiers().contains(tier) && request.endpoint() == Endpoint.CHAT_COMPLETIONS)
                .filter(now -> !above(now, request).isEmpty());
        Optional<AnswerCheck> check = up.flatMap(_ -> AnswerCheck.of(request.body()));
        if (check.isEmpty()) {
            return engines.ask(call, request, relay);
        }
        return new Climb(call, exchange.getResponse().getHeaders(), engines, relay, up.orElseThrow(), check.get())
                .look(request);
    }

    /** The models that may answer instead of the request's, cheapest first. The last is not left out for being down: others may stand in for it. */
    private List<String> above(UpgradePolicy up, CompletionRequest request) {
        return up.above(request.model()).stream()
                .filter(model -> ceiling.allows(request, model))
                .filter(model -> model.equals(up.last()) || ready.test(model))
                .toList();
    }

    /** The way of one request. */
    private final class Climb {
        private final Call call;
        private final HttpHeaders told;
        private final Engines engines;
        private final Function<EngineAnswer, ? extends Publisher<Void>> relay;
        private final UpgradePolicy up;
        private final AnswerCheck check;

        Climb(
                Call call,
                HttpHeaders told,
                Engines engines,
                Function<EngineAnswer, ? extends Publisher<Void>> relay,
                UpgradePolicy up,
                AnswerCheck check) {
            this.call = call;
            this.told = told;
            this.engines = engines;
            this.relay = relay;
            this.up = up;
            this.check = check;
        }

        /** Asks a model, and decides about its answer when it is there. */
        Mono<Void> look(CompletionRequest request) {
            UnseenAnswer unseen = new UnseenAnswer();
            CompletionRequest scored = request.withModel(request.model(), check.body());
            return engines.ask(call, RoutingFields.read(check.body()).withModel(scored, request.model()), unseen::take)
                    .then(Mono.defer(() -> decide(request, unseen)));
        }

        private Mono<Void> decide(CompletionRequest request, UnseenAnswer unseen) {
            if (unseen.head().status() != 200) {
                return Mono.from(relay.apply(unseen.asItCame()));
            }
            boolean events = unseen.head().isEventStream();
            List<String> above = above(up, request);
            Optional<Fault> fault = above.isEmpty()
                    ? Optional.empty()
                    : check.read(events, unseen.bytes()).flatMap(said -> fault(request, above, said));
            return fault.map(found -> goUp(request, unseen, found))
                    .orElseGet(() -> Mono.from(relay.apply(unseen.with(check.asAsked(events, unseen.bytes())))));
        }

        private Mono<Void> goUp(CompletionRequest request, UnseenAnswer unseen, Fault fault) {
            CompletionRequest better = RoutingFields.read(request.body()).withModel(request, fault.next());
            return till.goUp(
                    call,
                    better,
                    unseen.bytes(),
                    () -> {
                        tell(fault.next() + "; " + fault.reason());
                        told.set(RouteStation.MODEL_HEADER, fault.next());
                        return up.lookedAt().contains(fault.next())
                                        && !above(up, better).isEmpty()
                                ? look(better)
                                : engines.ask(call, better, relay);
                    },
                    () -> {
                        tell("none, limits leave no room for " + fault.next() + "; " + fault.reason());
                        return Mono.from(relay.apply(
                                unseen.with(check.asAsked(unseen.head().isEventStream(), unseen.bytes()))));
                    });
        }

        private void tell(String step) {
            String before = told.getFirst(HEADER);
            told.set(HEADER, before == null ? step : before + "; then " + step);
        }

        /** Why an answer will not do; where something was learnt of such answers, that counts, and else how sure its model was. */
        private Optional<Fault> fault(CompletionRequest request, List<String> above, AnswerCheck.Said said) {
            Optional<SecondLook.Finding> found =
                    look.flatMap(learnt -> learnt.at(request.body(), request.model(), above, said.answer()));
            String next = found.map(SecondLook.Finding::next).orElseGet(above::getFirst);
            if (found.isPresent()) {
                double right = found.get().right();
                return (right < up.rightMin().orElse(found.get().rightMin())
                                ? Optional.of(String.format(
                                        Locale.ROOT, "it is right with %.2f, as learnt from evaluation", right))
                                : check.malformed(said))
                        .map(reason -> new Fault(reason, next));
            }
            OptionalDouble mean = said.answer().meanLogprob();
            Optional<String> unsure = mean.isPresent() && mean.getAsDouble() < up.logprobMin()
                    ? Optional.of(String.format(
                            Locale.ROOT, "its model was not sure (mean log-probability %.3f)", mean.getAsDouble()))
                    : Optional.empty();
            return unsure.or(() -> check.declined(said))
                    .or(() -> check.malformed(said))
                    .map(reason -> new Fault(reason, next));
        }
    }

    /**
     * Why an answer will not do.
     *
     * @param next the model that is asked instead
     */
    private record Fault(String reason, String next) {}
}
