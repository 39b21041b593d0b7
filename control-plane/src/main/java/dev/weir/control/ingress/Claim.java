package dev.weir.control.ingress;

import dev.weir.control.ingress.IdempotencyStore.Held.Told;
import dev.weir.control.ingress.IdempotencyStore.Name;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * A name that is one request's until it is answered. The end of its answer is told when the answer is kept, or the name free again: whoever has
 * read all of it may ask again at once, over whatever connection and at whatever replica.
 */
final class Claim {
    private static final Logger log = LoggerFactory.getLogger(Claim.class);
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private final IdempotencyStore store;
    private final Name name;
    private final String fingerprint;

    Claim(IdempotencyStore store, Name name, String fingerprint) {
        this.store = store;
        this.name = name;
        this.fingerprint = fingerprint;
    }

    /**
     * Does the work once.
     *
     * @param brokenOff whether the answer's end is not the one that it should have had
     */
    Mono<Void> serve(
            ServerWebExchange exchange, BooleanSupplier brokenOff, Function<ServerWebExchange, Mono<Void>> work) {
        NotedResponse noted = new NotedResponse(exchange.getResponse(), ANSWER_BYTES_MAX);
        // Once, and to its end whoever leaves: what is freed may be another's by the second time.
        Mono<Void> over = Mono.defer(() -> keepOrRelease(noted, brokenOff)).cache();
        noted.beforeItsEnd(over);
        Mono<Void> worked = work.apply(exchange.mutate().response(noted).build());
        return Mono.firstWithSignal(worked, store.hold(name, fingerprint))
                .onErrorResume(failure -> over.then(Mono.error(failure)))
                .then(over)
                .doOnCancel(over::subscribe);
    }

    private Mono<Void> keepOrRelease(NotedResponse noted, BooleanSupplier brokenOff) {
        HttpStatusCode status = noted.getStatusCode();
        Mono<Void> release = unlessItFails(store.release(name, fingerprint), "held until its time is over");
        if (status == null || status.value() != 200 || brokenOff.getAsBoolean()) {
            return release;
        }
        return noted.answer()
                .map(bytes -> store.keep(name, new Told(fingerprint, noted.contentType(), bytes))
                        .onErrorResume(failure -> {
                            warn("not kept", failure);
                            return release;
                        }))
                .orElse(release);
    }

    private static Mono<Void> unlessItFails(Mono<Void> step, String what) {
        return step.onErrorResume(failure -> {
            warn(what, failure);
            return Mono.empty();
        });
    }

    private static void warn(String what, Throwable failure) {
        log.warn("an {} is {}: {}", Idempotency.HEADER, what, failure.toString());
    }
}
