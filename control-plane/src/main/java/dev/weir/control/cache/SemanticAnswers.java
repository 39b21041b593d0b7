package dev.weir.control.cache;

import dev.weir.control.cache.AlikeNews.Item.Answered;
import dev.weir.control.cache.AlikeNews.Item.Seen;
import dev.weir.control.cache.VectorIndex.Near;
import dev.weir.control.cache.VerifiedThreshold.Evidence;
import dev.weir.control.cache.VerifiedThreshold.Observation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;
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

    /** For each that comes so many that are over may go, so that they go sooner than others come and nobody waits for all of them. */
    private static final int EXPIRED_AT_ONCE = 8;

    private static final int NOWHERE = -1;

    /** What an entry takes beside what it holds, roughly: itself, its name, its partition's, its places by age and by end. */
    private static final int OVERHEAD_BYTES = 256;

    private static final int OBSERVATION_BYTES = 32;

    private final int entriesMax;
    private final long bytesMax;
    private final InstantSource clock;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<String, VectorIndex<Entry>> partitions = new HashMap<>();
    private final SequencedMap<String, Entry> byAge = new LinkedHashMap<>();
    private final NavigableSet<Entry> byEnd =
            new TreeSet<>(Comparator.comparing((Entry entry) -> entry.until).thenComparing(entry -> entry.id));
    private final Map<String, Long> purges = new HashMap<>();
    private final Map<String, Evidence> evidence = new HashMap<>();
    private long byteCount;

    /** One answer, and what was seen of it. */
    static final class Entry {
        private final String id;
        private final String tenant;
        private final String partition;
        private final Substance substance;
        private final CachedAnswer answer;
        private final String said;
        private final Instant until;
        private final List<Observation> observations = new ArrayList<>();
        private int place = NOWHERE; // in the index of its partition
        private long byteCount; // without its vector

        private Entry(Answered told, Substance substance) {
            this.id = told.id();
            this.tenant = told.tenant();
            this.partition = told.partition();
            this.substance = substance;
            this.answer = told.answer();
            this.said = told.said();
            this.until = told.until();
            this.byteCount =
                    (long) OVERHEAD_BYTES + answer.byteCount() + HeldText.byteCount(said) + substance.byteCount();
        }

        /** By which all replicas know it. */
        String id() {
            return id;
        }

        CachedAnswer answer() {
            return answer;
        }

        /** What the answer says. */
        String said() {
            return said;
        }
    }

    SemanticAnswers(CacheConfig config, InstantSource clock) {
        this.entriesMax = config.semanticEntriesMax();
        this.bytesMax = config.sizeMax().toBytes();
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

    /** How often a tenant was purged here; what was begun before a purge is not kept after it. */
    long purgeCount(String tenant) {
        lock.readLock().lock();
        try {
            return purges.getOrDefault(tenant, 0L);
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Keeps an answer.
     *
     * @param purgeCount of its tenant when it was begun
     * @return whether it is kept
     */
    boolean add(Answered told, float[] vector, Substance substance, long purgeCount) {
        Entry entry = new Entry(told, substance);
        lock.writeLock().lock();
        try {
            Instant now = clock.instant();
            if (entry.byteCount + VectorIndex.byteCountOfOne(vector.length) > bytesMax
                    || purgeCount != purges.getOrDefault(told.tenant(), 0L)
                    || !now.isBefore(told.until())
                    || byAge.putIfAbsent(told.id(), entry) != null) {
                return false;
            }
            byEnd.add(entry);
            VectorIndex<Entry> index = partitions.computeIfAbsent(
                    told.partition(), _ -> new VectorIndex<>(vector.length, (placed, at) -> placed.place = at));
            long before = index.size() == 0 ? 0 : index.byteCount();
            index.add(vector, entry);
            byteCount += entry.byteCount + index.byteCount() - before;
            forgetExpired(now);
            forgetWhatIsTooMuch();
            return byAge.containsKey(told.id());
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Whether an entry's answer was right for a question of that similarity; it says something of its tenant also where the entry is gone. */
    void observe(Seen told) {
        lock.writeLock().lock();
        try {
            Observation seen = new Observation(told.similarity(), told.right());
            Entry entry = byAge.get(told.id());
            if (entry != null) {
                if (entry.observations.size() == OBSERVATIONS_MAX) {
                    entry.observations.removeFirst();
                } else {
                    entry.byteCount += OBSERVATION_BYTES;
                    byteCount += OBSERVATION_BYTES;
                }
                entry.observations.add(seen);
                forgetWhatIsTooMuch();
            }
            evidence.computeIfAbsent(told.tenant(), _ -> new Evidence()).add(seen);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Also what was learnt about the tenant's questions: it is the tenant's. */
    void purge(String tenant) {
        lock.writeLock().lock();
        try {
            purges.merge(tenant, 1L, Long::sum); // as many as tenants that were ever purged, which people do by hand
            evidence.remove(tenant);
            byAge.values().stream()
                    .filter(entry -> entry.tenant.equals(tenant))
                    .toList()
                    .forEach(this::forget);
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

    /** Of answers, of what they say, and of what comparing questions takes. */
    long byteCount() {
        lock.readLock().lock();
        try {
            return byteCount;
        } finally {
            lock.readLock().unlock();
        }
    }

    private void forgetExpired(Instant now) {
        for (int i = 0; i < EXPIRED_AT_ONCE && !now.isBefore(byEnd.first().until); i++) {
            forget(byEnd.first());
        }
    }

    private void forgetWhatIsTooMuch() {
        while (byAge.size() > entriesMax || byteCount > bytesMax) {
            forget(byAge.firstEntry().getValue());
        }
    }

    private void forget(Entry entry) {
        byAge.remove(entry.id);
        byEnd.remove(entry);
        byteCount -= entry.byteCount;
        VectorIndex<Entry> index = partitions.get(entry.partition);
        if (index != null && entry.place != NOWHERE) {
            byteCount -= index.byteCount();
            index.remove(entry.place);
            if (index.size() == 0) {
                partitions.remove(entry.partition);
            } else {
                byteCount += index.byteCount();
            }
        }
    }
}
