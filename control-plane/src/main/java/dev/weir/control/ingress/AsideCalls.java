package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.accounting.Ledger;
import dev.weir.control.completion.AnswerWitness;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.ServedExchange;
import dev.weir.control.completion.Share;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Tenant;
import dev.weir.control.identity.Tenant.DataResidency;
import dev.weir.control.routing.FirstTokenTimes;
import dev.weir.control.routing.PrefixPrices;
import dev.weir.control.upstream.EngineAnswer;
import dev.weir.control.upstream.Failover;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls whose answers no client waits for: probes of versions, and copies of requests for a version in the shadow.
 *
 * <p>A copy is sent as the original came, but for the model and what guards and compression make of it for that. What it answers is counted and dropped, calls of tools included, so nothing that it
 * wants done is ever done; whoever hears the original's answer to its end hears the copy's, too. Copies have a tenant of their own in the
 * ledger, so nobody is billed for them, and they stay the original tenant's at the engine, whose cached prompts they may share; they never
 * leave for a provider. There are few at a time, and hardly more than
 * calls ({@link ShadowPlaces}); above that they are not made.
 */
public final class AsideCalls {
    /** How a copy's row in the ledger names the call that it is a copy of. */
    public static final String COPY_OF = "copy-of-";

    /** Whose copies are, in the ledger. */
    public static final Tenant SHADOW =
            new Tenant(Call.SHADOW_TENANT, "Copies of requests", 1, DataResidency.LOCAL_ONLY, true, Instant.EPOCH);

    private static final String FEATURE = "shadow";

    private final Fleet fleet;
    private final PromptStation prompts;
    private final PrefixPrices prefixes;
    private final FirstTokenTimes times;
    private final Failover upstream;
    private final Ledger ledger;
    private final Shadows shadows;
    private final AnswerWitness witness;
    private final int eventBytesMax;
    private final ShadowPlaces places = new ShadowPlaces();
    private final AtomicInteger probeCount = new AtomicInteger();
    private final Counter answered;
    private final Counter failed;
    private final Counter dropped;

    public AsideCalls(
            Fleet fleet,
            PromptStation prompts,
            PrefixPrices prefixes,
            FirstTokenTimes times,
            Failover upstream,
            Ledger ledger,
            Shadows shadows,
            AnswerWitness witness,
            IngressConfig config,
            MeterRegistry meters) {
        this.fleet = fleet;
        this.prompts = prompts;
        this.prefixes = prefixes;
        this.times = times;
        this.upstream = upstream;
        this.ledger = ledger;
        this.shadows = shadows;
        this.witness = witness;
        this.eventBytesMax = Math.toIntExact(config.eventSizeMax().toBytes());
        this.answered = copies("answered", meters);
        this.failed = copies("failed", meters);
        this.dropped = copies("dropped", meters);
    }

    private static Counter copies(String outcome, MeterRegistry meters) {
        return Counter.builder("weir.shadow.copies")
                .description(
                        "Copies of requests for versions in the shadow; 'dropped' where there were too many at a time, or more than calls")
                .tag("outcome", outcome)
                .register(meters);
    }

    /** Whether a model answers something small; that it has no such endpoint is an answer, too. */
    public Mono<Boolean> answers(String model) {
        byte[] body = JsonMapper.shared()
                .writeValueAsString(Map.of("model", model, "prompt", "1", "max_tokens", 1))
                .getBytes(StandardCharsets.UTF_8);
        CompletionRequest request = new CompletionRequest(
                "probe-" + probeCount.incrementAndGet(),
                new Share(SHADOW.id(), SHADOW.weight()),
                Endpoint.COMPLETIONS,
                model,
                false,
                new Demand(body.length, OptionalLong.of(1), 1),
                false,
                new JsonBody(body),
                Map.of());
        AtomicBoolean good = new AtomicBoolean();
        return ask(request, answer -> {
                    good.set(answer.status() < 500 && answer.status() != 404);
                    return answer.content().then();
                })
                .then(Mono.fromSupplier(good::get));
    }

    /**
     * The exchange that answers a call, and beside it a copy where its arm has a version in the shadow; a copy never waits and never fails.
     *
     * @param sent the request as its client sent it
     */
    Mono<Void> beside(Call original, CompletionRequest sent, @Nullable String arm, Mono<Void> exchange) {
        if (arm == null || !original.request().endpoint().isGeneration()) {
            return exchange;
        }
        return shadows.of(arm)
                .map(shadow -> withCopy(original, sent, arm, shadow, exchange))
                .orElse(exchange);
    }

    private Mono<Void> withCopy(
            Call original, CompletionRequest sent, String arm, Shadows.Shadow shadow, Mono<Void> exchange) {
        return Mono.using(
                () -> {
                    places.begun(arm);
                    copy(original, sent, arm, shadow);
                    return arm;
                },
                _ -> exchange,
                places::ended);
    }

    private void copy(Call original, CompletionRequest sent, String arm, Shadows.Shadow shadow) {
        if (!places.tryCopy(arm)) {
            dropped.increment();
            return;
        }
        Mono.defer(() -> prompts.copy(original.caller(), sent, original.request(), shadow.model()))
                .flatMap(asked -> copied(original, asked, shadow))
                .doFinally(_ -> places.copied(arm))
                .subscribe(_ -> {}, _ -> {});
    }

    private Mono<Void> copied(Call original, CompletionRequest asked, Shadows.Shadow shadow) {
        shadows.begun(original.id());
        CompletionRequest copied = named(original, asked);
        Caller caller = new Caller(SHADOW, null, null, Set.of());
        Call call = ledger.begin(caller, copied, FEATURE);
        call.takes(new Call.Course(null, copied.model(), shadow.arm(), null, null));
        AtomicReference<String> status = new AtomicReference<>("broken");
        return ask(copied, answer -> {
                    call.takes(new Call.Course(answer.from(), copied.model(), shadow.arm(), null, null)
                            .answeredBy(answer.headers().getFirst(RouteStation.VERSION_HEADER)));
                    return counted(answer, call, original)
                            .doOnSuccess(_ -> status.set(Integer.toString(answer.status())));
                })
                .doFinally(_ -> {
                    (status.get().equals("200") ? answered : failed).increment();
                    ledger.record(call, status.get());
                });
    }

    private static CompletionRequest named(Call original, CompletionRequest asked) {
        return new CompletionRequest(
                COPY_OF + original.id(),
                asked.share(),
                asked.endpoint(),
                asked.model(),
                asked.stream(),
                asked.demand(),
                asked.usageAsked(),
                asked.body(),
                Map.of(),
                asked.configuration());
    }

    private Mono<Void> counted(EngineAnswer answer, Call call, Call original) {
        UsageFilter usage = new UsageFilter(call);
        if (answer.status() != 200) {
            return answer.content().then();
        }
        // By the original's name, so that either both answers are in a sample or none.
        ServedExchange copy = call.served();
        ServedExchange paired =
                new ServedExchange(original.id(), copy.tenant(), copy.feature(), copy.request(), copy.arm(), copy.at());
        Flux<byte[]> content = AnswerRelay.heard(answer, witness, paired);
        Flux<?> seen = answer.isEventStream()
                ? WholeEvents.of(content, eventBytesMax).map(usage::pass)
                : content.doOnNext(usage::see);
        return seen.then();
    }

    private Mono<Void> ask(CompletionRequest request, Function<EngineAnswer, Mono<Void>> relay) {
        return Mono.defer(() -> upstream.exchange(
                request,
                new EngineDestinations(
                        fleet,
                        request.model(),
                        prefixes.prompt(request, ""),
                        times,
                        _ -> Mono.empty(),
                        new EngineDestinations.Heard() {},
                        request.stream(),
                        Optional.empty()),
                relay));
    }
}
