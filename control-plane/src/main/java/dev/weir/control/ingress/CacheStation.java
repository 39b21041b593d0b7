package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.cache.CachedAnswer;
import dev.weir.control.cache.Lookup.Bypass;
import dev.weir.control.cache.Lookup.Hit;
import dev.weir.control.cache.Lookup.Miss;
import dev.weir.control.cache.Lookup.Off;
import dev.weir.control.cache.Recording;
import dev.weir.control.cache.ResponseCache;
import dev.weir.control.cache.ResponseCache.Wish;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Station 3 at the door: answers what is known, and has what is not known noted when an engine answers it. */
public final class CacheStation {
    static final String HEADER = "weir-cache";

    /** Of comparisons under way; beyond it the sample becomes smaller. */
    private static final int CHECKS_MAX = 16;

    private static final Logger log = LoggerFactory.getLogger(CacheStation.class);

    /** A stream is replayed in pieces of about this size: whole events, as many as a packet takes. */
    private static final int PIECE_BYTES = 1 << 13;

    private final ResponseCache cache;
    private final MeterRegistry meters;
    private final Semaphore checks = new Semaphore(CHECKS_MAX);

    public CacheStation(ResponseCache cache, MeterRegistry meters) {
        this.cache = cache;
        this.meters = meters;
    }

    /**
     * The known answer, or that of the engines.
     *
     * @param takenOut names what guards take out of the answer
     * @param engines answer the client, and show the recording what they say
     * @param quietly the same, but for the client
     */
    Mono<Void> answer(
            Call call,
            String takenOut,
            ServerWebExchange exchange,
            Function<Recording, Mono<Void>> engines,
            Function<Recording, Mono<Void>> quietly) {
        ServerHttpResponse response = exchange.getResponse();
        return cache.look(call.request(), wish(exchange), takenOut).flatMap(lookup -> switch (lookup) {
            case Off _ -> engines.apply(Recording.NONE);
            case Bypass(var reason) -> {
                tell(response, "bypass", reason);
                yield engines.apply(Recording.NONE);
            }
            case Miss(var reason, var recording) -> {
                tell(response, "miss", reason);
                misses().increment();
                yield engines.apply(recording);
            }
            case Hit hit -> {
                tell(response, "hit", hit.kind().text() + ", " + hit.reason());
                hits(hit).increment();
                call.cached(hit.kind().text(), hit.answer().usage());
                HttpHeaders headers = response.getHeaders();
                String tier = headers.getFirst(RouteStation.TIER_HEADER);
                call.takes(new Call.Course(null, null, null, tier, headers.getFirst(RouteStation.ROUTE_HEADER)));
                yield replay(hit.answer(), exchange).doOnSuccess(_ -> check(hit.check(), quietly));
            }
        });
    }

    /** After the client has its answer; what becomes of it is nobody's business but ours. */
    private void check(Recording check, Function<Recording, Mono<Void>> quietly) {
        if (check != Recording.NONE && checks.tryAcquire()) {
            quietly.apply(check)
                    .doFinally(_ -> checks.release())
                    .subscribe(
                            _ -> {}, failure -> log.debug("a known answer is not checked: {}", failure.getMessage()));
        }
    }

    /** What HTTP has words for. */
    private static Wish wish(ServerWebExchange exchange) {
        String control = String.join(",", exchange.getRequest().getHeaders().getOrEmpty(HttpHeaders.CACHE_CONTROL))
                .toLowerCase(Locale.ROOT);
        return control.contains("no-store") ? Wish.UNKEPT : control.contains("no-cache") ? Wish.FRESH : Wish.ANY;
    }

    private static void tell(ServerHttpResponse response, String outcome, String reason) {
        response.getHeaders().set(HEADER, outcome + "; " + reason);
    }

    private Counter misses() {
        return Counter.builder("llm.cache.misses")
                .description("Requests whose answer was not known")
                .register(meters);
    }

    private Counter hits(Hit hit) {
        return Counter.builder("llm.cache.hits")
                .description("Requests whose answer was known")
                .tag("kind", hit.kind().text())
                .register(meters);
    }

    private static Mono<Void> replay(CachedAnswer answer, ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        HttpHeaders headers = response.getHeaders();
        response.setStatusCode(HttpStatus.OK);
        headers.set(HttpHeaders.CONTENT_TYPE, answer.contentType());
        byte[] bytes = answer.bytes();
        if (!answer.contentType().startsWith("text/event-stream")) {
            headers.setContentLength(bytes.length);
            return AnswerWriter.whole(exchange, Flux.just(bytes));
        }
        Flux<byte[]> pieces = Flux.<byte[], Integer>generate(() -> 0, (from, sink) -> {
            if (from == bytes.length) {
                sink.complete();
                return from;
            }
            int to = WholeEvents.endOfEvents(bytes, from, PIECE_BYTES);
            sink.next(Arrays.copyOfRange(bytes, from, to));
            return to;
        });
        return AnswerWriter.events(exchange, AnswerWriter.translated(exchange, pieces));
    }
}
