package dev.weir.control.ingress;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.digest.Sha256;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.RequestPath;
import dev.weir.control.ingress.IdempotencyStore.Held.Claimed;
import dev.weir.control.ingress.IdempotencyStore.Held.Told;
import dev.weir.control.ingress.IdempotencyStore.Held.UnderWay;
import dev.weir.control.ingress.IdempotencyStore.Name;
import dev.weir.control.storage.Redis;
import dev.weir.control.telemetry.RequestTelemetry.Passage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Answers a request that comes twice under the same key once: the second time with what the first one was told, at no cost. Keys are each
 * tenant's own. An answer is kept when it was good and whole and not too long, for a while, in the Redis that replicas share, or else in this
 * process.
 */
public final class Idempotency {
    static final String HEADER = "idempotency-key";
    static final String REPLAYED_HEADER = "idempotent-replayed";
    private static final Logger log = LoggerFactory.getLogger(Idempotency.class);
    private static final Pattern KEY = Pattern.compile("[!-~]{1,255}");

    private final IdempotencyStore store;

    /**
     * Over the Redis, if there is one.
     *
     * @param ticker of a monotonic clock
     */
    public Idempotency(IngressConfig config, @Nullable Redis redis, Scheduler timer, LongSupplier ticker) {
        this.store = redis == null
                ? new InProcessIdempotency(config, ticker)
                : new RedisIdempotency(redis, config.idempotencyFor(), timer);
    }

    /**
     * The work's answer, or that of the same work before.
     *
     * @param request as it was asked: where it goes, and what is made of it on the way, may be otherwise the second time
     * @param work gets the exchange whose answer is noted
     * @param free does what costs nothing, for the same caller
     */
    Mono<Void> once(
            Caller caller,
            CompletionRequest request,
            ServerWebExchange exchange,
            Passage passage,
            Function<ServerWebExchange, Mono<Void>> work,
            Function<Mono<Void>, Mono<Void>> free) {
        String key = exchange.getRequest().getHeaders().getFirst(HEADER);
        if (key == null) {
            return work.apply(exchange);
        }
        if (!KEY.matcher(key).matches()) {
            throw new Refusal(OpenAiError.http(
                    400, "the header " + HEADER + " has 1 to 255 visible ASCII characters", "invalid_idempotency_key"));
        }
        Name name = new Name(caller.tenant().id(), key);
        String fingerprint = fingerprint(exchange, request.body());
        return store.claim(name, fingerprint)
                .onErrorMap(failure -> unavailable(request, failure))
                .flatMap(held -> switch (held) {
                    case Claimed _ -> new Claim(store, name, fingerprint).serve(exchange, passage::hasBrokenOff, work);
                    case UnderWay(var running) -> {
                        requireSame(running, fingerprint);
                        throw new Refusal(OpenAiError.idempotencyKeyInUse());
                    }
                    case Told before -> {
                        requireSame(before.fingerprint(), fingerprint);
                        yield free.apply(replay(before, exchange));
                    }
                });
    }

    /** Whoever wants it once must not get it twice because nobody knows. */
    private static Refusal unavailable(CompletionRequest request, Throwable failure) {
        log.warn("request {}: its {} cannot be looked up: {}", request.id(), HEADER, failure.toString());
        return new Refusal(OpenAiError.http(
                503, "it cannot be known now what this " + HEADER + " was", "idempotency_unavailable"));
    }

    private static void requireSame(String asked, String asks) {
        if (!asked.equals(asks)) {
            throw new Refusal(OpenAiError.http(
                    422,
                    "this " + HEADER + " came with another request before: take a new one",
                    "idempotency_key_reused"));
        }
    }

    private static Mono<Void> replay(Told before, ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatusCode.valueOf(200));
        response.getHeaders().set("content-type", before.contentType());
        response.getHeaders().set(REPLAYED_HEADER, "true");
        Mono<byte[]> bytes = Mono.just(before.bytes());
        if (before.contentType().startsWith("text/event-stream")) {
            StreamHeaders.set(response.getHeaders());
        } else {
            response.getHeaders().setContentLength(before.bytes().length);
        }
        return response.writeWith(Flux.from(bytes).map(response.bufferFactory()::wrap));
    }

    private static String fingerprint(ServerWebExchange exchange, JsonBody body) {
        return new Sha256()
                .add(RequestPath.of(exchange.getRequest()))
                .add((byte) 0)
                .add(body.bytes())
                .hex();
    }
}
