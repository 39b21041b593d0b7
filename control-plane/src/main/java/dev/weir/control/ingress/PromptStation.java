package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.compression.CompressionRules;
import dev.weir.control.guard.GuardRules;
import dev.weir.control.guard.GuardRules.Action;
import dev.weir.control.guard.Inspection;
import dev.weir.control.guard.PersonalData;
import dev.weir.control.guard.PersonalKind;
import dev.weir.control.identity.Caller;
import dev.weir.control.storage.EventLoops;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * What becomes of a prompt before it goes on, and of its answer before it goes out: guards look at them, and long context is shortened. A
 * request that no rule is for is not even read.
 */
public final class PromptStation {
    /** What was taken out of a prompt, for callers to know that it is not what they sent. */
    static final String GUARD_HEADER = "x-weir-guard";

    static final String COMPRESSION_HEADER = "x-weir-compression";
    private static final String NOTED = PromptStation.class.getName() + ".noted";
    /** What the last look at the prompt came to: a model with the same rules needs no other. */
    private static final String OUTCOME = PromptStation.class.getName() + ".outcome";

    private static final int ANSWER_BYTES_MAX = 1 << 22;
    /** Of what is looked at on the event loop that serves others, too: milliseconds. More is looked at elsewhere. */
    private static final int BYTES_ON_LOOP_MAX = 1 << 16;

    private final LongFunction<GuardRules> guards;
    private final LongFunction<CompressionRules> compressions;
    private final MeterRegistry meters;
    private final EventLoops loops;

    public PromptStation(
            LongFunction<GuardRules> guards,
            LongFunction<CompressionRules> compressions,
            MeterRegistry meters,
            EventLoops loops) {
        this.guards = guards;
        this.compressions = compressions;
        this.meters = meters;
        this.loops = loops;
    }

    /** What was done to a prompt, for the ledger; empty texts where nothing was. */
    record Noted(String guard, String compression) {
        static final Noted NOTHING = new Noted("", "");
    }

    /** What was noted of the exchange's prompt. */
    static Noted noted(ServerWebExchange exchange) {
        return exchange.getAttributeOrDefault(NOTED, Noted.NOTHING);
    }

    /**
     * The request as it goes on to its model, by the rules for that model. Whoever asks another model has the request prepared anew, as its
     * client sent it. Fails with {@link PromptBlocked} where this model may not be asked.
     */
    Mono<CompletionRequest> prepare(Caller caller, CompletionRequest request, ServerWebExchange exchange) {
        HttpHeaders told = exchange.getResponse().getHeaders();
        told.remove(GUARD_HEADER); // What was done for a model that was asked before.
        told.remove(COMPRESSION_HEADER);
        exchange.getAttributes().remove(NOTED);
        PromptRules rules = rules(caller, request);
        if (rules.areNone()) {
            return Mono.just(request);
        }
        PromptRules.Outcome before = exchange.getAttribute(OUTCOME);
        Mono<PromptRules.Outcome> outcome = before != null && before.rules().equals(rules)
                ? Mono.just(before)
                : look(rules, request).doOnNext(look -> count(rules, look)).map(look -> look.outcome(rules));
        return outcome.map(found -> {
            exchange.getAttributes().put(OUTCOME, found);
            if (found.blocked().isPresent()) {
                throw new PromptBlocked(request, found.blocked().get(), found.guard());
            }
            tell(found, exchange);
            return found.of(request);
        });
    }

    /**
     * A copy of a request that has been prepared, for another model by the rules for that; nobody is told. Empty where that model may not be asked.
     *
     * @param sent as its client sent it
     */
    Mono<CompletionRequest> copy(Caller caller, CompletionRequest sent, CompletionRequest prepared, String model) {
        CompletionRequest copy = named(sent, model);
        PromptRules rules = rules(caller, copy);
        if (rules.equals(rules(caller, prepared))) {
            return Mono.just(named(prepared, model));
        }
        return rules.areNone()
                ? Mono.just(copy)
                : look(rules, copy)
                        .map(look -> look.outcome(rules))
                        .filter(found -> found.blocked().isEmpty())
                        .map(found -> found.of(copy));
    }

    /** Whether two models were asked the same. */
    static boolean asksTheSame(CompletionRequest one, CompletionRequest other) {
        return one.equals(other)
                || named(one, other.model()).body().bytes().equals(other.body().bytes());
    }

    private static CompletionRequest named(CompletionRequest request, String model) {
        return RoutingFields.read(request.body()).withModel(request, model);
    }

    private PromptRules rules(Caller caller, CompletionRequest request) {
        String tenant = caller.tenant().id();
        return new PromptRules(
                guards.apply(request.configuration()).of(tenant, request.model()),
                compressions.apply(request.configuration()).of(tenant, request.model()));
    }

    private Mono<PromptRules.Look> look(PromptRules rules, CompletionRequest request) {
        return where(request.body().byteCount(), () -> rules.look(request));
    }

    /** Where nobody waits for it, if it takes long, and back. */
    private <T> Mono<T> where(int byteCount, Callable<T> work) {
        Mono<T> looked = Mono.fromCallable(work);
        return byteCount > BYTES_ON_LOOP_MAX ? loops.back(looked.subscribeOn(Schedulers.boundedElastic())) : looked;
    }

    private static void tell(PromptRules.Outcome outcome, ServerWebExchange exchange) {
        HttpHeaders told = exchange.getResponse().getHeaders();
        outcome.redacted().ifPresent(redacted -> told.set(GUARD_HEADER, redacted));
        if (!outcome.compression().isEmpty()) {
            told.set(COMPRESSION_HEADER, outcome.compression());
        }
        exchange.getAttributes().put(NOTED, new Noted(outcome.guard(), outcome.compression()));
    }

    private void count(PromptRules rules, PromptRules.Look look) {
        look.inspection().ifPresent(found -> count(found, rules.guard().orElseThrow()));
        look.compression()
                .ifPresent(saved -> meters.counter("weir.compression.saved.chars")
                        .increment(saved.charsBefore() - (double) saved.charsAfter()));
    }

    private void count(Inspection found, GuardRules.Rule rule) {
        found.injection().ifPresent(injection -> {
            meters.summary("weir.guard.injection.score").record(injection.score());
            GuardRules.OfInjection asked = rule.injection().orElseThrow();
            if (injection.score() >= asked.scoreMin()) {
                findings("prompt", "injection", asked.action(), 1);
            }
        });
        rule.personal().ifPresent(asked -> countPersonal("prompt", asked.action(), found.personal()));
    }

    private void countPersonal(String where, Action action, Map<PersonalKind, Integer> counts) {
        counts.forEach((kind, count) -> findings(where, kind.text(), action, count));
    }

    private void findings(String where, String kind, Action action, int count) {
        meters.counter(
                        "weir.guard.findings",
                        "where",
                        where,
                        "kind",
                        kind,
                        "action",
                        action.name().toLowerCase(Locale.ROOT))
                .increment(count);
    }

    /** Whole events of the answer's stream, as they may go out. */
    Flux<byte[]> events(Call call, Flux<byte[]> events) {
        return rule(call)
                .map(rule -> guarded(
                        call,
                        rule,
                        guard -> redacts(rule)
                                ? events.map(guard::events).filter(told -> told.length > 0)
                                : events.doOnNext(guard::events)))
                .orElse(events);
    }

    /** An answer that is no stream, as it may go out. */
    Flux<byte[]> whole(Call call, Flux<byte[]> content) {
        return rule(call)
                .map(rule -> guarded(
                        call,
                        rule,
                        guard -> collected(content)
                                .flatMap(answer -> where(
                                        answer.length, () -> redacts(rule) ? guard.whole(answer) : seen(guard, answer)))
                                .flux()))
                .orElse(content);
    }

    /** Whether the answer may come out with another length than it came in. */
    boolean changes(Call call) {
        return rule(call).filter(PromptStation::redacts).isPresent();
    }

    /** The kinds that are taken out of the call's answer; empty where it goes out as it comes. */
    String takenOut(Call call) {
        return rule(call).filter(PromptStation::redacts).stream()
                .flatMap(rule -> rule.kinds().stream())
                .sorted()
                .map(PersonalKind::text)
                .collect(Collectors.joining(","));
    }

    private Optional<GuardRules.OfPersonal> rule(Call call) {
        return call.request().endpoint().isGeneration()
                ? guards.apply(call.request().configuration())
                        .of(call.caller().tenant().id(), call.request().model())
                        .flatMap(GuardRules.Rule::answers)
                : Optional.empty();
    }

    private static boolean redacts(GuardRules.OfPersonal rule) {
        return rule.action() == Action.REDACT;
    }

    private Flux<byte[]> guarded(Call call, GuardRules.OfPersonal rule, Function<AnswerGuard, Flux<byte[]>> work) {
        return Flux.defer(() -> {
            AnswerGuard guard = new AnswerGuard(rule.kinds());
            return work.apply(guard).doOnTerminate(() -> {
                Map<PersonalKind, Integer> counts = guard.counts();
                countPersonal("answer", rule.action(), counts);
                if (!counts.isEmpty()) {
                    call.guarded(
                            "answer: " + PersonalData.summary(counts) + (redacts(rule) ? " redacted" : " counted"));
                }
            });
        });
    }

    private static byte[] seen(AnswerGuard guard, byte[] answer) {
        guard.whole(answer);
        return answer;
    }

    private static Mono<byte[]> collected(Flux<byte[]> content) {
        return content.collect(ByteArrayOutputStream::new, (all, piece) -> {
                    if (all.size() + piece.length > ANSWER_BYTES_MAX) {
                        throw new Refusal(OpenAiError.engineBroke("its answer is larger than " + ANSWER_BYTES_MAX
                                + " bytes, which is what can be guarded"));
                    }
                    all.writeBytes(piece);
                })
                .map(ByteArrayOutputStream::toByteArray);
    }
}
