package dev.weir.control.cache;

import dev.weir.control.cache.VectorIndex.Near;
import dev.weir.control.cache.VerifiedThreshold.Evidence;
import dev.weir.control.cache.VerifiedThreshold.Observation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Answers by what was asked, in this process. Every partition has an index of its own, so that nothing of another tenant, model or
 * conversation is ever compared.
 *
 * <p>Thread-safety: many may look at a time; one changes.
 */
final class SemanticAnswers {
    /** The nearest may be about another number; the one that was meant is among the next. */
    private static final int CANDIDATE_COUNT = 8;

    /** Of an entry; the latest count. */
    private static final int OBSERVATIONS_MAX = 64;

    private final int entriesMax;
    private final long bytesMax;
    private final int dimensionCount;
    private final InstantSource clock;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<String, VectorIndex<Entry>> partitions = new HashMap<>();
    private final SequencedSet<Entry> byAge = new LinkedHashSet<>();
    private final Map<String, Evidence> evidence = new HashMap<>();
    private long byteCount;

    /** One answer, and what was seen of it. Its identity is what tells it from others. */
    static final class Entry {
        private final String tenant;
        private final String partition;
        private final Substance substance;
        private final CachedAnswer answer;
        private final String said;
        private final Instant until;
        private final List<Observation> observations = new ArrayList<>();

        private Entry(
                String tenant, String partition, Substance substance, CachedAnswer answer, String said, Instant until) {
            this.tenant = tenant;
            this.partition = partition;
            this.substance = substance;
            this.answer = answer;
            this.said = said;
            this.until = until;
        }

        CachedAnswer answer() {
            return answer;
        }

        /** What the answer says. */
        String said() {
            return said;
        }
    }

    SemanticAnswers(CacheConfig config, int dimensionCount, InstantSource clock) {
        this.entriesMax = config.semanticEntriesMax();
        this.bytesMax = config.sizeMax().toBytes();
        this.dimensionCount = dimensionCount;
        this.clock = clock;
    }

    /**
     * An answer that may do.
     *
     * @param explore the probability with which an engine has to be asked all the same
     */
    record Candidate(Entry entry, float similarity, double explore) {}

    /** The answer to the nearest question that does not differ in substance. */
    Optional<Candidate> find(String tenant, String partition, float[] vector, Substance substance, double errorMax) {
        lock.readLock().lock();
        try {
            VectorIndex<Entry> index = partitions.get(partition);
            if (index == null) {
                return Optional.empty();
            }
            Instant now = clock.instant();
            return index.nearest(vector, CANDIDATE_COUNT).stream()
                    .filter(near -> now.isBefore(near.entry().until)
                            && near.entry().substance.conflict(substance).isEmpty())
                    .findFirst()
                    .map(near -> candidate(tenant, near, errorMax));
        } finally {
            lock.readLock().unlock();
        }
    }

    private Candidate candidate(String tenant, Near<Entry> near, double errorMax) {
        Evidence known = evidence.getOrDefault(tenant, new Evidence());
        double explore = VerifiedThreshold.explore(known, near.entry().observations, near.similarity(), errorMax);
        return new Candidate(near.entry(), near.similarity(), explore);
    }

    void add(
            String tenant,
            String partition,
            float[] vector,
            Substance substance,
            CachedAnswer answer,
            String said,
            Duration ttl) {
        if (answer.byteCount() > bytesMax) {
            return;
        }
        Entry entry = new Entry(
                tenant, partition, substance, answer, said, clock.instant().plus(ttl));
        lock.writeLock().lock();
        try {
            partitions
                    .computeIfAbsent(partition, _ -> new VectorIndex<>(dimensionCount))
                    .add(vector, entry);
            byAge.addLast(entry);
            byteCount += answer.byteCount();
            while (byAge.size() > entriesMax || byteCount > bytesMax) {
                forget(byAge.getFirst());
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Whether the entry's answer was right for a question of that similarity. */
    void observe(Entry entry, float similarity, boolean right) {
        lock.writeLock().lock();
        try {
            Observation seen = new Observation(similarity, right);
            if (entry.observations.size() == OBSERVATIONS_MAX) {
                entry.observations.removeFirst();
            }
            entry.observations.add(seen);
            evidence.computeIfAbsent(entry.tenant, _ -> new Evidence()).add(seen);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Also what was learnt about the tenant's questions: it is the tenant's. */
    void purge(String tenant) {
        lock.writeLock().lock();
        try {
            evidence.remove(tenant);
            byAge.stream().filter(entry -> entry.tenant.equals(tenant)).toList().forEach(this::forget);
        } finally {
            lock.writeLock().unlock();
        }
    }

    int entryCount() {
        lock.readLock().lock();
        try {
            return byAge.size();
        } finally {
            lock.readLock().unlock();
        }
    }

    private void forget(Entry entry) {
        byAge.remove(entry);
        byteCount -= entry.answer.byteCount();
        VectorIndex<Entry> index = partitions.get(entry.partition);
        if (index != null) {
            index.remove(entry);
            if (index.size() == 0) {
                partitions.remove(entry.partition);
            }
        }
    }
}
