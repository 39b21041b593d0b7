package dev.weir.control.ingress;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.digest.Sha256;
import dev.weir.control.upstream.Destinations;
import dev.weir.control.upstream.EngineAnswer;
import dev.weir.control.upstream.Failover;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;

/**
 * Sends requests that are the same, at the same time, to an engine once, where their answer is the same by construction: at temperature 0, or
 * with a seed. Each caller is limited, told and charged as if it were alone; only the engine computes less. Of an answer from outside, for which
 * there is one bill, whoever asked first pays that, and the others what an engine's answer costs, as it was set aside for them.
 */
public final class Coalescing {
    static final String HEADER = "x-weir-coalesced";

    /** What becomes of an answer. */
    @FunctionalInterface
    interface Relay {
        /**
         * Reads it.
         *
         * @param ofAnother whether another's exchange brought it, who has paid for what was sent
         */
        Mono<Void> apply(EngineAnswer answer, boolean ofAnother);
    }

    /** Of one answer; longer ones go on at the pace of their slowest reader, and nobody joins them any more. */
    private static final int HELD_BYTES_MAX = 1 << 20;

    private final Failover upstream;
    private final Map<String, SharedAnswer> underWay = new ConcurrentHashMap<>();

    private final Counter coalesced;

    public Coalescing(Failover upstream, MeterRegistry meters) {
        this.upstream = upstream;
        this.coalesced = Counter.builder("weir.coalesced")
                .description("Requests that were answered by the exchange of another, the same at the same time")
                .register(meters);
    }

    /** The answer, of an exchange of its own or of one that is under way. */
    Mono<Void> exchange(CompletionRequest request, Supplier<Destinations> destinations, HttpHeaders told, Relay relay) {
        if (!RepeatableFields.isRepeatable(request.body())) {
            return upstream.exchange(request, destinations.get(), answer -> relay.apply(answer, false));
        }
        return Mono.defer(() -> {
            String fingerprint = fingerprint(request);
            SharedAnswer mine = new SharedAnswer(HELD_BYTES_MAX);
            SharedAnswer shared = underWay.compute(fingerprint, (_, running) -> {
                if (running != null && running.join(false)) {
                    return running;
                }
                mine.join(true);
                return mine;
            });
            boolean ofAnother = !shared.equals(mine);
            if (!ofAnother) {
                Mono<Void> sent = Mono.defer(() -> upstream.exchange(request, destinations.get(), mine::takeIn));
                mine.begin(sent.doFinally(_ -> underWay.remove(fingerprint, mine)));
            } else {
                coalesced.increment();
                told.set(HEADER, "true");
            }
            return shared.read(answer -> upstream.read(answer, came -> relay.apply(came, ofAnother)));
        });
    }

    /** Of one tenant's: what others ask is nobody's business. */
    private static String fingerprint(CompletionRequest request) {
        return new Sha256()
                .add(request.share().tenant())
                .add((byte) 0)
                .add(request.endpoint().path())
                .add((byte) 0)
                .add(request.model())
                .add((byte) 0)
                .add(request.body().bytes())
                .hex();
    }
}
