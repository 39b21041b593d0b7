package dev.weir.control.ingress;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.control.ingress.IdempotencyStore.Held.Claimed;
import dev.weir.control.ingress.IdempotencyStore.Held.Told;
import dev.weir.control.ingress.IdempotencyStore.Held.UnderWay;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import reactor.core.publisher.Mono;

/** What this process was asked and told, within a size. */
final class InProcessIdempotency implements IdempotencyStore {
    private static final int ENTRY_BYTES = 512;

    private final Cache<Name, Told> told;
    private final Map<Name, String> underWay;

    /** Keeps answers within the limits, by a monotonic clock. */
    InProcessIdempotency(IngressConfig config, LongSupplier ticker) {
        this(
                Caffeine.newBuilder()
                        .expireAfterWrite(config.idempotencyFor())
                        .maximumWeight(config.idempotencySizeMax().toBytes())
                        .weigher((Name _, Told answer) -> ENTRY_BYTES + answer.bytes().length)
                        .ticker(ticker::getAsLong)
                        .executor(Runnable::run)
                        .build(),
                new ConcurrentHashMap<>());
    }

    InProcessIdempotency(Cache<Name, Told> told, Map<Name, String> underWay) {
        this.told = told;
        this.underWay = underWay;
    }

    @Override
    public Mono<Held> claim(Name name, String fingerprint) {
        return Mono.fromSupplier(() -> {
            Told before = told.getIfPresent(name);
            if (before != null) {
                return before;
            }
            String running = underWay.putIfAbsent(name, fingerprint);
            if (running != null) {
                return new UnderWay(running);
            }
            Told meanwhile = told.getIfPresent(name); // kept just before its claim was freed
            if (meanwhile != null) {
                underWay.remove(name);
                return meanwhile;
            }
            return new Claimed();
        });
    }

    @Override
    public Mono<Void> hold(Name name, String fingerprint) {
        return Mono.never();
    }

    @Override
    public Mono<Void> keep(Name name, Told answer) {
        return Mono.fromRunnable(() -> {
            told.put(name, answer);
            underWay.remove(name);
        });
    }

    @Override
    public Mono<Void> release(Name name, String fingerprint) {
        return Mono.fromRunnable(() -> underWay.remove(name));
    }
}
