package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.accounting.ModelPrice;
import dev.weir.control.cache.Recording;
import dev.weir.control.completion.AnswerWitness;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.EngineTimes;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Scope;
import dev.weir.control.ingress.EngineDestinations.Heard;
import dev.weir.control.routing.FirstTokenTimes;
import dev.weir.control.routing.PrefixPrices;
import dev.weir.control.telemetry.RequestTelemetry;
import dev.weir.control.telemetry.RequestTelemetry.Passage;
import dev.weir.control.upstream.Destination;
import dev.weir.control.upstream.EngineAnswer;
import dev.weir.control.upstream.Failover;
import dev.weir.control.upstream.Provider;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A request's way through the stations, on one screen. The numbers are those of ARCHITECTURE.md. */
public final class CompletionPipeline {
    static final String ENGINE_HEADER = "x-weir-engine";

    private final Doorkeeper doorkeeper;
    private final Till till;
    private final CacheStation cached;
    private final OpenAiWire wire;
    private final Duration heartbeatEvery;
    private final Scheduler timer;
    private final Doorway doorway;
    private final RouteStation routes;
    private final PromptStation prompts;
    private final PrefixPrices prefixes;
    private final FirstTokenTimes times;
    private final Fleet fleet;
    private final Fallbacks fallbacks;
    private final HedgeBudget hedges = new HedgeBudget();
    private final Spillway spillway;
    private final UpgradeStation upgrades;
    private final Failover upstream;
    private final Coalescing coalescing;
    private final Idempotency idempotency;
    private final AsideCalls aside;
    private final AnswerRelay relay;
    private final RequestTelemetry telemetry;
    private final OpenAiErrors errors;

    /**
     * The way through these stations.
     *
     * @param configuration the number of the one that serves
     */
    public CompletionPipeline(
            IngressConfig config,
            LongSupplier configuration,
            Scheduler timer,
            Doorkeeper doorkeeper,
            Till till,
            CacheStation cached,
            RouteStation routes,
            PromptStation prompts,
            PrefixPrices prefixes,
            FirstTokenTimes times,
            Fleet fleet,
            Fallbacks fallbacks,
            Spillway spillway,
            UpgradeStation upgrades,
            Failover upstream,
            AnswerWitness witness,
            Coalescing coalescing,
            Idempotency idempotency,
            AsideCalls aside,
            RequestTelemetry telemetry,
            OpenAiErrors errors) {
        this.doorkeeper = doorkeeper;
        this.till = till;
        this.cached = cached;
        this.wire = new OpenAiWire(config, fleet::snapshot, configuration);
        this.heartbeatEvery = config.heartbeatEvery();
        this.timer = timer;
        this.doorway = new Doorway(config.requestsUnderWayMax());
        this.routes = routes;
        this.prompts = prompts;
        this.prefixes = prefixes;
        this.times = times;
        this.fleet = fleet;
        this.fallbacks = fallbacks;
        this.spillway = spillway;
        this.upgrades = upgrades;
        this.upstream = upstream;
        this.coalescing = coalescing;
        this.idempotency = idempotency;
        this.aside = aside;
        this.relay = new AnswerRelay(config, witness, prompts);
        this.telemetry = telemetry;
        this.errors = errors;
    }

    /**
     * Takes one request from its head to the last byte of its answer. All of it is one chain: a client that leaves cancels it at whatever
     * station it is, and with it the exchange with the engine.
     */
    public Mono<Void> handle(ServerWebExchange arrived) {
        ServerWebExchange exchange = PatientResponse.in(arrived);
        Passage passage = telemetry.enter();
        return doorkeeper
                .admit(exchange, Scope.INFERENCE) // 2 authenticated, before the rest of it is read
                .flatMap(caller -> wire.decode(exchange, caller) // 1 enters
                        .flatMap(read -> idempotency.once( // the second time as the first, wherever it would go now
                                caller,
                                read,
                                exchange,
                                passage,
                                noted -> routed(caller, read, noted, passage),
                                replay -> till.free(caller, read, exchange, passage, replay))))
                .transform(doorway::through)
                .onErrorResume(failure -> errors.handle(exchange, failure))
                .doFinally(signal -> {
                    PatientResponse.of(exchange).close();
                    passage.left(signal, exchange.getResponse().getStatusCode()); // 12 counted
                });
    }

    private Mono<Void> routed(Caller caller, CompletionRequest read, ServerWebExchange exchange, Passage passage) {
        return Mono.fromSupplier(() -> routes.choose(caller, read, exchange)) // 4 classified, 5 routed
                .flatMap(request -> fallbacks.serve(
                        request,
                        exchange,
                        asked -> prompts.prepare(caller, asked, exchange) // guarded, shortened
                                .flatMap(prepared -> charged(caller, asked, prepared, exchange, passage))))
                .onErrorResume(PromptBlocked.class, blocked -> till.turnedAway(caller, blocked, exchange));
    }

    private Mono<Void> charged(
            Caller caller,
            CompletionRequest sent,
            CompletionRequest request,
            ServerWebExchange exchange,
            Passage passage) {
        passage.read(request);
        return till.charge( // 2 within limits, 12 accounted
                caller,
                request,
                exchange,
                passage,
                call -> cached.answer( // 3 known already
                        call,
                        prompts.takenOut(call),
                        exchange,
                        recording -> serve(call, sent, exchange, passage, recording),
                        check -> compare(call, check)));
    }

    /** 6-10 in an engine, 11 streamed. */
    private Mono<Void> serve(
            Call call, CompletionRequest sent, ServerWebExchange exchange, Passage passage, Recording recording) {
        CompletionRequest lookedUp = call.request();
        if (lookedUp.stream()) {
            PatientResponse.of(exchange).await(heartbeatEvery, timer);
        }
        HttpHeaders told = exchange.getResponse().getHeaders();
        // Whoever fails before an answer begins has failed on its arm, too.
        Call.Course course = RouteStation.course(null, told);
        call.takes(course);
        Mono<Void> original = upgrades.answer(
                call,
                sent,
                exchange,
                (asking, request, answered) -> coalescing.exchange(
                        passage.sent(request),
                        () -> engines(
                                request,
                                routes.region(call.caller(), request, exchange),
                                tried -> spillway.outside(asking.caller(), request, asking.price(), tried),
                                hearing(asking, passage)),
                        told,
                        (came, ofAnother) -> {
                            comes(asking, request, came, ofAnother, told);
                            return Mono.from(answered.apply(came));
                        }),
                came -> fallbacks.unlessShort(came, exchange, answer -> {
                    String reason = told.getFirst(RouteStation.ROUTE_HEADER);
                    passage.answeredBy(answer.from(), Objects.requireNonNullElse(reason, ""));
                    exchange.getResponse().getHeaders().set(ENGINE_HEADER, answer.from());
                    boolean outside =
                            spillway.priceOf(answer.from(), call.request()).isPresent();
                    boolean kept = !outside
                            && !UpgradeStation.isPoor(exchange)
                            && PromptStation.asksTheSame(lookedUp, call.request());
                    return relay.relay(answer, exchange, passage, call, kept ? recording : Recording.NONE)
                            .doOnSuccess(_ -> call.perToken()
                                    .ifPresent(
                                            pace -> times.wrote(call.request().model(), pace)));
                }));
        return aside.beside(call, sent, course.arm(), original);
    }

    /**
     * An answer has begun, which may not be the one that is sent: who gives it, and at what price. From outside it has a bill, which is paid by
     * whoever asked first: for nobody else was as much set aside.
     */
    private void comes(Call call, CompletionRequest request, EngineAnswer answer, boolean ofAnother, HttpHeaders told) {
        Optional<ModelPrice> outside = spillway.priceOf(answer.from(), request);
        String from = answer.from();
        if (outside.isPresent() && ofAnother) {
            from = Provider.sharedName(from);
        } else {
            outside.ifPresent(call::costs);
        }
        call.takes(RouteStation.course(from, told).answeredBy(answer.headers().getFirst(RouteStation.VERSION_HEADER)));
    }

    private EngineDestinations engines(
            CompletionRequest request, String region, Function<Set<URI>, Mono<Destination>> outside, Heard heard) {
        return new EngineDestinations(
                fleet,
                request.model(),
                prefixes.prompt(request, region),
                times,
                outside,
                heard,
                request.stream(),
                fallbacks.of(request).hedged() ? Optional.of(hedges) : Optional.empty());
    }

    private static Heard hearing(Call call, Passage passage) {
        return new Heard() {
            @Override
            public void took(EngineTimes times) {
                call.engineTook(times);
                passage.engineTook(times);
            }

            @Override
            public void failed(String engine, String why) {
                call.failedAt(engine, why);
            }
        };
    }

    /** Has an engine answer what was answered from memory, for the cache to see whether it was right. */
    private Mono<Void> compare(Call call, Recording check) {
        return till.aside(
                call,
                Call.CACHE_CHECK,
                aside -> upstream.exchange(
                        aside.request(),
                        // What nobody waits for is worth no money outside.
                        engines(aside.request(), "", _ -> Mono.empty(), new Heard() {}),
                        answer -> relay.note(answer, aside, check)));
    }
}
