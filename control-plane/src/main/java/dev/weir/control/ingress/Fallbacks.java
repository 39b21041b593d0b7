package dev.weir.control.ingress;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.routing.Detours;
import dev.weir.control.routing.Detours.Cause;
import dev.weir.control.routing.Detours.Fallback;
import dev.weir.control.upstream.EngineAnswer;
import dev.weir.control.upstream.UpstreamFailure;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Asks another model where one did not answer, as long as nobody has been told anything of an answer. Every attempt is charged and booked by
 * itself; one that failed costs nothing.
 */
public final class Fallbacks {
    static final String FALLBACK_HEADER = "x-weir-fallback";
    private static final int REFUSAL_BYTES_MAX = 1 << 16;
    private static final int BAD_REQUEST = 400;

    private final LongFunction<Detours> detours;
    private final CostCeiling ceiling;

    public Fallbacks(LongFunction<Detours> detours, CostCeiling ceiling) {
        this.detours = detours;
        this.ceiling = ceiling;
    }

    Detours.OfModel of(CompletionRequest request) {
        return detours.apply(request.configuration()).of(request.model());
    }

    Mono<Void> serve(
            CompletionRequest request, ServerWebExchange exchange, Function<CompletionRequest, Mono<Void>> attempt) {
        Detours now = detours.apply(request.configuration());
        return now.of(request.model()).fallbacks().isEmpty()
                ? attempt.apply(request)
                : serve(new Chain(now, request, List.of(), null), request, exchange, attempt);
    }

    private Mono<Void> serve(
            Chain chain,
            CompletionRequest request,
            ServerWebExchange exchange,
            Function<CompletionRequest, Mono<Void>> attempt) {
        exchange.getAttributes().put(Chain.class.getName(), chain);
        return attempt.apply(request).onErrorResume(now -> {
            Throwable before = chain.failure();
            // A fallback that was not asked changes nothing: the one before may have room when its client comes back.
            Throwable failure = now instanceof PromptBlocked && before != null ? before : now;
            Optional<Cause> cause = exchange.getResponse().isCommitted() ? Optional.empty() : causeOf(failure);
            Optional<Fallback> next = cause.flatMap(why -> next(chain, why));
            if (next.isEmpty()) {
                return Mono.error(failure);
            }
            String model = next.get().model();
            String why = now instanceof PromptBlocked
                    ? "prompt_blocked"
                    : cause.get().name().toLowerCase(Locale.ROOT);
            HttpHeaders told = exchange.getResponse().getHeaders();
            told.set(FALLBACK_HEADER, request.model() + " -> " + model + "; " + why);
            told.remove(RouteStation.ARM_HEADER); // Its arm has failed, and what comes now is no arm's.
            CompletionRequest first = chain.first();
            CompletionRequest other = RoutingFields.read(first.body()).withModel(first, model);
            return serve(chain.with(model, failure), other, exchange, attempt);
        });
    }

    /**
     * What of the chain is left, for those who see an engine's answer before it is told.
     *
     * @param failure of the model that was asked last; null where none was
     */
    private record Chain(
            Detours detours,
            CompletionRequest first,
            List<String> tried,
            @Nullable Throwable failure) {
        Chain with(String model, Throwable cause) {
            List<String> triedNow = new ArrayList<>(tried);
            triedNow.add(model);
            return new Chain(detours, first, List.copyOf(triedNow), cause);
        }
    }

    private Optional<Fallback> next(Chain chain, Cause why) {
        return chain.detours()
                .next(chain.first().model(), chain.tried(), why, model -> ceiling.allows(chain.first(), model));
    }

    /** The answer, or {@link FellShort} in place of a refusal for which there is another model to ask. */
    Mono<Void> unlessShort(EngineAnswer answer, ServerWebExchange exchange, Function<EngineAnswer, Mono<Void>> relay) {
        Chain chain = exchange.getAttribute(Chain.class.getName());
        if (answer.status() < BAD_REQUEST || chain == null) {
            return relay.apply(answer);
        }
        return answer.content()
                .collect(ByteArrayOutputStream::new, (all, piece) -> {
                    if (all.size() + piece.length <= REFUSAL_BYTES_MAX) {
                        all.writeBytes(piece);
                    }
                })
                .flatMap(body -> {
                    Optional<Cause> cause = causeOf(answer.status(), body.toString(StandardCharsets.UTF_8));
                    boolean another = cause.flatMap(why -> next(chain, why)).isPresent();
                    return another
                            ? Mono.error(new FellShort(answer.status(), cause.get()))
                            : relay.apply(new EngineAnswer(
                                    answer.from(), answer.status(), answer.headers(), Flux.just(body.toByteArray())));
                });
    }

    private static Optional<Cause> causeOf(int status, String body) {
        return switch (status) {
            case BAD_REQUEST ->
                body.contains("context_length_exceeded") ? Optional.of(Cause.CONTEXT_LENGTH) : Optional.empty();
            case 429, 503 -> Optional.of(Cause.BUSY);
            case 500, 502 -> Optional.of(Cause.FAILED);
            case 504 -> Optional.of(Cause.TIMEOUT);
            default -> Optional.empty();
        };
    }

    private static Optional<Cause> causeOf(Throwable failure) {
        return switch (failure) {
            case FellShort fell -> Optional.of(fell.why());
            case UpstreamFailure upstream ->
                switch (upstream.kind()) {
                    case NONE_READY, UNREACHABLE, CONNECTIONS_EXHAUSTED -> Optional.of(Cause.BUSY);
                    case BROKEN_OFF, NOT_RESUMED, PROVIDER_FAILED, PROVIDER_REFUSED -> Optional.of(Cause.FAILED);
                    case FIRST_BYTE_TIMEOUT, SILENT, TOTAL_TIMEOUT -> Optional.of(Cause.TIMEOUT);
                    case CLIENT_STALLED -> Optional.empty();
                };
            default -> Optional.empty();
        };
    }
}
