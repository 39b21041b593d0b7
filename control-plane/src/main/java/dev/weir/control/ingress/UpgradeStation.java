package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.classification.SecondLook;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.upstream.EngineAnswer;
import dev.weir.control.upstream.UpstreamFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;
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
    private static final String POOR = UpgradeStation.class.getName() + ".poor";

    private final LongFunction<Optional<UpgradePolicy>> policies;
    private final CostCeiling ceiling;
    private final Predicate<String> ready;
    private final PromptStation prompts;
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
            PromptStation prompts,
            Till till,
            Optional<SecondLook> look) {
        this.look = look;
        this.policies = policies;
        this.ceiling = ceiling;
        this.ready = ready;
        this.prompts = prompts;
        this.till = till;
    }

    /** Sends a request to the engines and hands the answer on. */
    interface Engines {
        Mono<Void> ask(Call call, CompletionRequest request, Function<EngineAnswer, ? extends Publisher<Void>> relay);
    }

    /**
     * The answer of the model that was chosen, or of a better one.
     *
     * @param sent the request as its client sent it, from which it is prepared for a better model
     */
    Mono<Void> answer(
            Call call,
            CompletionRequest sent,
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
        return new Climb(call, sent, exchange, engines, relay, up.orElseThrow(), check.get()).begin(request);
    }

    /** The models that may answer instead of the request's, cheapest first. The last is not left out for being down: others may stand in for it. */
    private List<String> above(UpgradePolicy up, CompletionRequest request) {
        return up.above(request.model()).stream()
                .filter(model -> ceiling.allows(request, model))
                .filter(model -> model.equals(up.last()) || ready.test(model))
                .toList();
    }

    /** Whether what is sent would not have done, had there been something better. */
    static boolean isPoor(ServerWebExchange exchange) {
        return exchange.getAttributes().containsKey(POOR);
    }

    /** The way of one request. */
    private final class Climb {
        private final Call call;
        private final CompletionRequest sent;
        private final ServerWebExchange exchange;
        private final Engines engines;
        private final Function<EngineAnswer, ? extends Publisher<Void>> relay;
        private final UpgradePolicy up;
        private final AnswerCheck check;

        Climb(
                Call call,
                CompletionRequest sent,
                ServerWebExchange exchange,
                Engines engines,
                Function<EngineAnswer, ? extends Publisher<Void>> relay,
                UpgradePolicy up,
                AnswerCheck check) {
            this.call = call;
            this.sent = sent;
            this.exchange = exchange;
            this.engines = engines;
            this.relay = relay;
            this.up = up;
            this.check = check;
        }

        /** Asks the first model, and decides about its answer when it is there. */
        Mono<Void> begin(CompletionRequest request) {
            UnseenAnswer unseen = new UnseenAnswer();
            return scored(request, check.body(), unseen)
                    .then(Mono.defer(() -> unseen.head().status() == 200
                            ? decide(request, unseen)
                            : Mono.from(relay.apply(unseen.asItCame()))));
        }

        private Mono<Void> scored(CompletionRequest request, JsonBody scored, UnseenAnswer unseen) {
            return engines.ask(call, request.withModel(request.model(), scored), unseen::take);
        }

        /** With log-probabilities: what goes to one model need not be what goes to another. */
        private static JsonBody scored(CompletionRequest request) {
            return AnswerCheck.of(request.body()).map(AnswerCheck::body).orElse(request.body());
        }

        private Mono<Void> decide(CompletionRequest request, UnseenAnswer unseen) {
            List<String> above = above(up, request);
            Optional<AnswerCheck.Said> said = above.isEmpty()
                    ? Optional.empty()
                    : check.read(unseen.head().isEventStream(), unseen.bytes());
            return said.flatMap(read -> fault(request, above, read))
                    .map(fault -> {
                        boolean formed = check.malformed(said.get()).isEmpty();
                        return goUp(new Rejected(request, unseen, fault.reason(), formed), fault.next(), List.of());
                    })
                    .orElseGet(() -> send(unseen));
        }

        private Mono<Void> send(UnseenAnswer unseen) {
            boolean events = unseen.head().isEventStream();
            return Mono.from(relay.apply(unseen.with(check.asAsked(events, unseen.bytes()))));
        }

        /** Asks a better model, and those after it where it does not answer. */
        private Mono<Void> goUp(Rejected rejected, String next, List<StepFailed> failed) {
            CompletionRequest other = RoutingFields.read(sent.body()).withModel(sent, next);
            HttpHeaders before = new HttpHeaders();
            told().forEach((name, values) -> before.put(name, new ArrayList<>(values)));
            return prompts.prepare(call.caller(), other, exchange)
                    .onErrorMap(PromptBlocked.class, blocked -> {
                        call.keptFrom(next, blocked.note());
                        return StepFailed.blocked(next, blocked);
                    })
                    .flatMap(better -> till.goUp(call, better, rejected.answer().bytes(), () -> {
                        PromptStation.Noted noted = PromptStation.noted(exchange);
                        call.prepared(noted.guard(), noted.compression());
                        tell(next, failed, rejected.reason());
                        told().set(RouteStation.MODEL_HEADER, next);
                        return ask(better);
                    }))
                    .onErrorResume(StepFailed.class, failure -> {
                        // What it said of itself is not true of whoever answers.
                        told().clear();
                        told().putAll(before);
                        List<StepFailed> all = Stream.concat(failed.stream(), Stream.of(failure))
                                .toList();
                        return above(up, other).stream()
                                .findFirst()
                                .map(after -> goUp(rejected, after, all))
                                .orElseGet(() -> giveUp(rejected, all));
                    });
        }

        /** Asks a better model; fails with {@link StepFailed} as long as nobody has been told anything of what it says. */
        private Mono<Void> ask(CompletionRequest better) {
            UnseenAnswer unseen = new UnseenAnswer();
            boolean looked =
                    up.lookedAt().contains(better.model()) && !above(up, better).isEmpty();
            Mono<Void> asked = looked
                    ? scored(better, scored(better), unseen).then(Mono.defer(() -> refused(better, unseen)))
                    : engines.ask(
                            call,
                            better,
                            answer -> answer.status() == 200
                                    ? relay.apply(answer)
                                    : Mono.from(unseen.take(answer)).then(Mono.defer(() -> refused(better, unseen))));
            Mono<Void> mendable = asked.onErrorMap(
                    failure -> mayBeMended(failure),
                    failure -> StepFailed.of(
                            better.model(),
                            OpenAiErrors.known(failure).orElseThrow().status(),
                            failure));
            return looked ? mendable.then(Mono.defer(() -> decide(better, unseen))) : mendable;
        }

        private Mono<Void> refused(CompletionRequest better, UnseenAnswer unseen) {
            return unseen.head().status() == 200 ? Mono.empty() : Mono.error(StepFailed.of(better.model(), unseen));
        }

        private boolean mayBeMended(Throwable failure) {
            boolean clients = failure instanceof UpstreamFailure upstream
                    && upstream.kind() == UpstreamFailure.Kind.CLIENT_STALLED;
            return !clients
                    && OpenAiErrors.known(failure).isPresent()
                    && !exchange.getResponse().isCommitted()
                    && !call.wasAnswered();
        }

        /**
         * None that is better answers. What is there is sent, as it is better than none; but to whoever has demanded a form an answer without it is
         * none, and a failure says at least that it is worth asking again.
         */
        private Mono<Void> giveUp(Rejected rejected, List<StepFailed> failed) {
            tell("none", failed, rejected.reason());
            Optional<Mono<Void>> error = rejected.formed()
                    ? Optional.empty()
                    : failed.reversed().stream()
                            .flatMap(failure -> failure.told(relay).stream())
                            .findFirst();
            if (error.isPresent()) {
                call.hasNoAnswer();
                return error.get();
            }
            exchange.getAttributes().put(POOR, true);
            return send(rejected.answer());
        }

        /** Where they are now: of a stream they are others once it was to begin. */
        private HttpHeaders told() {
            return exchange.getResponse().getHeaders();
        }

        private void tell(String who, List<StepFailed> failed, String reason) {
            StringBuilder step = new StringBuilder(who);
            failed.forEach(failure -> step.append(", ").append(failure.getMessage()));
            step.append("; ").append(reason);
            String before = told().getFirst(HEADER);
            told().set(HEADER, before == null ? step.toString() : before + "; then " + step);
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

    /**
     * An answer that will not do, unless there is no other.
     *
     * @param formed whether it has the form that was asked for
     */
    private record Rejected(CompletionRequest request, UnseenAnswer answer, String reason, boolean formed) {}
}
