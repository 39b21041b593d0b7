package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.classification.SecondLook;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.upstream.EngineAnswer;
import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The way up: an answer of a cheap model is looked at before anything of it is sent, and where it will not do a better model answers
 * instead. The caller waits for the whole of the first answer, which is why only routes that say so do it; what it cost is in the ledger.
 */
public final class UpgradeStation {
    static final String HEADER = "x-weir-upgrade";

    private static final int ANSWER_BYTES_MAX = 1 << 22;

    private final LongFunction<Optional<UpgradePolicy>> policies;
    private final CostCeiling ceiling;
    private final Till till;
    private final Optional<SecondLook> look;

    /**
     * The way up.
     *
     * @param look at answers by what was learnt of them, where anything was
     */
    public UpgradeStation(
            LongFunction<Optional<UpgradePolicy>> policies, CostCeiling ceiling, Till till, Optional<SecondLook> look) {
        this.look = look;
        this.policies = policies;
        this.ceiling = ceiling;
        this.till = till;
    }

    /** Sends a request to the engines and hands the answer on. */
    interface Engines {
        Mono<Void> ask(Call call, CompletionRequest request, Function<EngineAnswer, ? extends Publisher<Void>> relay);
    }

    /** The answer of the model that was chosen, or of the better one. */
    Mono<Void> answer(
            Call call,
            ServerWebExchange exchange,
            Engines engines,
            Function<EngineAnswer, ? extends Publisher<Void>> relay) {
        CompletionRequest request = call.request();
        String tier = exchange.getResponse().getHeaders().getFirst(RouteStation.TIER_HEADER);
        Optional<UpgradePolicy> up = policies.apply(request.configuration())
                .filter(now -> tier != null
                        && now.tiers().contains(tier)
                        && !now.model().equals(request.model()))
                .filter(now -> request.endpoint() == Endpoint.CHAT_COMPLETIONS && ceiling.allows(request, now.model()));
        Optional<AnswerCheck> check = up.flatMap(_ -> AnswerCheck.of(request.body()));
        if (check.isEmpty()) {
            return engines.ask(call, request, relay);
        }
        Attempt attempt = new Attempt();
        return engines.ask(call, request.withModel(request.model(), check.get().body()), attempt::take)
                .then(Mono.defer(() -> decide(call, exchange, engines, relay, up.orElseThrow(), check.get(), attempt)));
    }

    private Mono<Void> decide(
            Call call,
            ServerWebExchange exchange,
            Engines engines,
            Function<EngineAnswer, ? extends Publisher<Void>> relay,
            UpgradePolicy up,
            AnswerCheck check,
            Attempt attempt) {
        EngineAnswer answer = attempt.answer();
        byte[] bytes = attempt.bytes.toByteArray();
        boolean events = answer.isEventStream();
        if (answer.status() != 200) {
            return Mono.from(relay.apply(attempt.with(bytes)));
        }
        Optional<String> fault = check.read(events, bytes).flatMap(said -> fault(call.request(), up, check, said));
        if (fault.isEmpty()) {
            return Mono.from(relay.apply(attempt.with(check.asAsked(events, bytes))));
        }
        HttpHeaders told = exchange.getResponse().getHeaders();
        CompletionRequest better = RoutingFields.read(call.request().body()).withModel(call.request(), up.model());
        return till.goUp(
                call,
                better,
                bytes,
                () -> {
                    told.set(HEADER, up.model() + "; " + fault.get());
                    told.set(RouteStation.MODEL_HEADER, up.model());
                    return engines.ask(call, better, relay);
                },
                () -> {
                    told.set(HEADER, "none, limits leave no room for " + up.model() + "; " + fault.get());
                    return Mono.from(relay.apply(attempt.with(check.asAsked(events, bytes))));
                });
    }

    /** Why an answer will not do; where something was learnt of such answers, that counts, and else how sure its model was. */
    private Optional<String> fault(
            CompletionRequest request, UpgradePolicy up, AnswerCheck check, AnswerCheck.Said said) {
        Optional<SecondLook.Finding> found =
                look.flatMap(learnt -> learnt.at(request.body(), request.model(), up.model(), said.answer()));
        if (found.isPresent()) {
            double right = found.get().right();
            return right < up.rightMin().orElse(found.get().rightMin())
                    ? Optional.of(String.format(Locale.ROOT, "it is right with %.2f, as learnt from evaluation", right))
                    : check.malformed(said);
        }
        OptionalDouble mean = said.answer().meanLogprob();
        if (mean.isPresent() && mean.getAsDouble() < up.logprobMin()) {
            return Optional.of(String.format(
                    Locale.ROOT, "its model was not sure (mean log-probability %.3f)", mean.getAsDouble()));
        }
        return check.declined(said).or(() -> check.malformed(said));
    }

    /** An answer that nobody has seen yet; written and read by one chain. */
    private static final class Attempt {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private @Nullable EngineAnswer answer;

        Publisher<Void> take(EngineAnswer taken) {
            answer = taken;
            return taken.content().doOnNext(this::append).then();
        }

        private void append(byte[] piece) {
            if (bytes.size() + piece.length > ANSWER_BYTES_MAX) {
                throw new Refusal(OpenAiError.engineBroke(
                        "its answer is larger than " + ANSWER_BYTES_MAX + " bytes, which is what can be checked"));
            }
            bytes.writeBytes(piece);
        }

        EngineAnswer answer() {
            if (answer == null) {
                throw new IllegalStateException("an exchange that ended in order had an answer");
            }
            return answer;
        }

        /** The same head with other content, whose length is another. */
        EngineAnswer with(byte[] content) {
            EngineAnswer taken = answer();
            HttpHeaders headers = new HttpHeaders();
            taken.headers().forEach(headers::put);
            headers.remove(HttpHeaders.CONTENT_LENGTH);
            return new EngineAnswer(taken.from(), taken.status(), headers, Flux.just(content));
        }
    }
}
