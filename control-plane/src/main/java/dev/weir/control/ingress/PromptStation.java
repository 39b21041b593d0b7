package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.PromptText;
import dev.weir.control.compression.Compression;
import dev.weir.control.compression.CompressionRules;
import dev.weir.control.guard.GuardRules;
import dev.weir.control.guard.GuardRules.Action;
import dev.weir.control.guard.Inspection;
import dev.weir.control.guard.PersonalData;
import dev.weir.control.guard.PersonalKind;
import dev.weir.control.identity.Caller;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What becomes of a prompt before it goes on, and of its answer before it goes out: guards look at them, and long context is shortened. A
 * request that no rule is for is not even read.
 */
public final class PromptStation {
    private static final Logger log = LoggerFactory.getLogger(PromptStation.class);

    /** What was taken out of a prompt, for callers to know that it is not what they sent. */
    static final String GUARD_HEADER = "x-weir-guard";

    static final String COMPRESSION_HEADER = "x-weir-compression";
    private static final String NOTED = PromptStation.class.getName() + ".noted";
    private static final int ANSWER_BYTES_MAX = 1 << 22;

    private final LongFunction<GuardRules> guards;
    private final LongFunction<CompressionRules> compressions;
    private final Till till;
    private final MeterRegistry meters;

    public PromptStation(
            LongFunction<GuardRules> guards,
            LongFunction<CompressionRules> compressions,
            Till till,
            MeterRegistry meters) {
        this.guards = guards;
        this.compressions = compressions;
        this.till = till;
        this.meters = meters;
    }

    /** What was done to a prompt, for the ledger; empty texts where nothing was. */
    record Noted(String guard, String compression) {
        static final Noted NOTHING = new Noted("", "");
    }

    /** What was noted of the exchange's prompt. */
    static Noted noted(ServerWebExchange exchange) {
        return exchange.getAttributeOrDefault(NOTED, Noted.NOTHING);
    }

    /** The request as it goes on. */
    Mono<CompletionRequest> prepare(Caller caller, CompletionRequest request, ServerWebExchange exchange) {
        String tenant = caller.tenant().id();
        Optional<GuardRules.Rule> guard = guards.apply(request.configuration()).of(tenant, request.model());
        Optional<CompressionRules.Rule> shorter =
                compressions.apply(request.configuration()).of(tenant, request.model());
        if (guard.isEmpty() && shorter.isEmpty()) {
            return Mono.just(request);
        }
        Optional<PromptTexts> read = PromptTexts.read(request.body());
        if (read.isEmpty()) {
            return Mono.just(request);
        }
        List<PromptText> asked = read.get().texts();
        Optional<Inspection> inspection = guard.map(rule -> Inspection.of(asked, rule));
        inspection.ifPresent(found -> count(found, guard.orElseThrow()));
        Optional<String> blocked = inspection.flatMap(Inspection::blocked);
        if (blocked.isPresent()) {
            String note = inspection.orElseThrow().note();
            Refusal refusal =
                    new Refusal(OpenAiError.refused(400, "the prompt is refused: " + blocked.get(), "prompt_blocked"));
            return till.turnedAway(caller, request, exchange, note, refusal).thenReturn(request);
        }
        List<PromptText> kept = inspection.map(Inspection::texts).orElse(asked);
        if (!kept.equals(asked)) {
            exchange.getResponse()
                    .getHeaders()
                    .set(
                            GUARD_HEADER,
                            PersonalData.summary(inspection.orElseThrow().personal()) + " redacted");
        }
        Optional<Compression> compression = shorter.flatMap(rule -> shortened(kept, rule, request));
        compression.ifPresent(saved -> tell(saved, exchange));
        exchange.getAttributes()
                .put(
                        NOTED,
                        new Noted(
                                inspection.map(Inspection::note).orElse(""),
                                compression.map(PromptStation::text).orElse("")));
        List<PromptText> goingOn = compression.map(Compression::texts).orElse(kept);
        return Mono.just(
                goingOn.equals(asked)
                        ? request
                        : request.withModel(request.model(), read.get().with(goingOn)));
    }

    /** Whatever goes wrong, a prompt can be answered as it came. */
    private static Optional<Compression> shortened(
            List<PromptText> texts, CompressionRules.Rule rule, CompletionRequest request) {
        try {
            return Optional.of(Compression.of(texts, rule)).filter(Compression::hasSaved);
        } catch (RuntimeException | StackOverflowError failure) {
            log.warn("request {} goes on with all its context: {}", request.id(), failure.toString());
            return Optional.empty();
        }
    }

    private void tell(Compression saved, ServerWebExchange exchange) {
        exchange.getResponse().getHeaders().set(COMPRESSION_HEADER, text(saved));
        meters.counter("weir.compression.saved.chars").increment(saved.charsBefore() - (double) saved.charsAfter());
    }

    private static String text(Compression saved) {
        return String.format(Locale.ROOT, "context of %d characters to %d", saved.charsBefore(), saved.charsAfter());
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
                                .map(answer -> redacts(rule) ? guard.whole(answer) : seen(guard, answer))
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
