package dev.weir.control.ingress;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.identity.Caller;
import dev.weir.control.telemetry.RequestTelemetry.Passage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Answers a request that comes twice under the same key once: the second time with what the first one was told, at no cost. Keys are each
 * tenant's own. An answer is kept when it was good and whole and not too long, for a while, in this process.
 */
public final class Idempotency {
    static final String HEADER = "idempotency-key";
    static final String REPLAYED_HEADER = "idempotent-replayed";
    private static final Pattern KEY = Pattern.compile("[!-~]{1,255}");
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final int ENTRY_BYTES = 512;

    private final Cache<Name, Told> told;
    private final Map<Name, String> underWay = new ConcurrentHashMap<>();

    /** Keeps answers within the limits, by a monotonic clock. */
    public Idempotency(IngressConfig config, LongSupplier ticker) {
        this.told = Caffeine.newBuilder()
                .expireAfterWrite(config.idempotencyFor())
                .maximumWeight(config.idempotencySizeMax().toBytes())
                .weigher((Name _, Told answer) -> ENTRY_BYTES + answer.bytes().length)
                .ticker(ticker::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    private record Name(String tenant, String key) {}

    /**
     * What a caller was told.
     *
     * @param fingerprint of what it had asked
     */
    @SuppressWarnings("ArrayRecordComponent") // passed on and never compared
    private record Told(String fingerprint, String contentType, byte[] bytes) {}

    /**
     * The work's answer, or that of the same work before.
     *
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
        Told before = told.getIfPresent(name);
        if (before != null) {
            requireSame(before.fingerprint(), fingerprint);
            return free.apply(replay(before, exchange));
        }
        String running = underWay.putIfAbsent(name, fingerprint);
        if (running != null) {
            requireSame(running, fingerprint);
            throw new Refusal(OpenAiError.idempotencyKeyInUse());
        }
        NotedResponse noted = new NotedResponse(exchange.getResponse(), ANSWER_BYTES_MAX);
        return work.apply(exchange.mutate().response(noted).build())
                .doOnSuccess(_ -> noted.answer()
                        .filter(_ -> isGood(noted.getStatusCode()) && !passage.hasBrokenOff())
                        .ifPresent(bytes -> told.put(name, new Told(fingerprint, noted.contentType(), bytes))))
                .doFinally(_ -> underWay.remove(name));
    }

    private static boolean isGood(@Nullable HttpStatusCode status) {
        return status != null && status.value() == 200;
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
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(exchange.getRequest().getPath().value().getBytes(StandardCharsets.UTF_8));
            sha256.update((byte) 0);
            sha256.update(body.bytes());
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every Java has SHA-256", absent);
        }
    }
}
