package dev.weir.control.cache;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import reactor.core.publisher.Mono;

/**
 * Answers in this process: the ones that were not asked for the longest give way, by count and by size.
 *
 * <p>Thread-safety: locked; nothing under the lock waits or grows with an answer.
 */
final class InProcessAnswers implements AnswerStore {
    private final int entriesMax;
    private final long bytesMax;
    private final InstantSource clock;
    private final Map<CacheKey, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Long> epochs = new HashMap<>();
    private long byteCount;

    private record Entry(CachedAnswer answer, Instant until) {}

    InProcessAnswers(CacheConfig config, InstantSource clock) {
        this.entriesMax = config.entriesMax();
        this.bytesMax = config.sizeMax().toBytes();
        this.clock = clock;
    }

    @Override
    public Mono<Found> find(CacheKey key) {
        return Mono.fromSupplier(() -> findNow(key));
    }

    private synchronized Found findNow(CacheKey key) {
        Entry entry = entries.get(key);
        if (entry != null && !clock.instant().isBefore(entry.until())) {
            forget(key);
            entry = null;
        }
        return new Found(Optional.ofNullable(entry).map(Entry::answer), epoch(key.tenant()));
    }

    @Override
    public Mono<Void> keep(CacheKey key, CachedAnswer answer, Duration ttl, long epoch) {
        return Mono.fromRunnable(() -> keepNow(key, answer, ttl, epoch));
    }

    private synchronized void keepNow(CacheKey key, CachedAnswer answer, Duration ttl, long epoch) {
        if (epoch != epoch(key.tenant()) || answer.byteCount() > bytesMax) {
            return;
        }
        forget(key);
        entries.put(key, new Entry(answer, clock.instant().plus(ttl)));
        byteCount += answer.byteCount();
        Iterator<Map.Entry<CacheKey, Entry>> oldest = entries.entrySet().iterator();
        while (entries.size() > entriesMax || byteCount > bytesMax) {
            byteCount -= oldest.next().getValue().answer().byteCount();
            oldest.remove();
        }
    }

    @Override
    public Mono<Void> purge(String tenant) {
        return Mono.fromRunnable(() -> purgeNow(tenant));
    }

    /** Epochs are as many as tenants that were ever purged, which people do by hand. */
    private synchronized void purgeNow(String tenant) {
        epochs.merge(tenant, 1L, Long::sum);
        entries.entrySet().removeIf(entry -> {
            boolean theirs = entry.getKey().tenant().equals(tenant);
            byteCount -= theirs ? entry.getValue().answer().byteCount() : 0;
            return theirs;
        });
    }

    synchronized int entryCount() {
        return entries.size();
    }

    synchronized long byteCount() {
        return byteCount;
    }

    private void forget(CacheKey key) {
        Entry gone = entries.remove(key);
        byteCount -= gone == null ? 0 : gone.answer().byteCount();
    }

    private long epoch(String tenant) {
        return epochs.getOrDefault(tenant, 0L);
    }
}
