package dev.weir.control.rollout.live;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Which versions answer, by asking them: one that is loaded and does not answer is no version to roll back to.
 *
 * <p>Thread-safety: probes end on threads of their own, and write into a concurrent map.
 */
public final class VersionProbes {
    /** One answer that is lost under load must not stop a rollback. */
    private static final int FAILURES_MAX = 2;

    private final VersionProbe probe;
    private final Duration every;
    private final Duration answerMax;
    private final LongSupplier ticker;
    private final Scheduler timer;
    private final Map<String, Version> versions = new ConcurrentHashMap<>();
    private final Set<String> askedFor = ConcurrentHashMap.newKeySet();

    /**
     * Nothing has been asked.
     *
     * @param every how often a version is asked
     * @param answerMax how long it may take
     */
    public VersionProbes(VersionProbe probe, Duration every, Duration answerMax, LongSupplier ticker, Scheduler timer) {
        this.probe = probe;
        this.every = every;
        this.answerMax = answerMax;
        this.ticker = ticker;
        this.timer = timer;
    }

    /**
     * What is known of a version.
     *
     * @param answered null before the first answer
     */
    private record Version(@Nullable Boolean answered, int failureCount, long askedNanos, boolean asking) {
        Version asked(long nowNanos) {
            return new Version(answered, failureCount, nowNanos, true);
        }

        Version heard(boolean good) {
            int failures = good ? 0 : failureCount + 1;
            boolean healthy = good || (failures < FAILURES_MAX && Boolean.TRUE.equals(answered));
            return new Version(healthy, failures, askedNanos, false);
        }
    }

    /** Asks those that have not been asked for a while, or of which something newer is wanted, and forgets the others. */
    void ask(Collection<String> models) {
        versions.keySet().retainAll(models);
        long now = ticker.getAsLong();
        for (String model : models) {
            Version known = versions.getOrDefault(model, new Version(null, 0, now - every.toNanos(), false));
            boolean isDue = askedFor.contains(model) || now - known.askedNanos() >= every.toNanos();
            if (!known.asking() && isDue) {
                Version asked = known.asked(now);
                versions.put(model, asked);
                probe.answers(model)
                        .timeout(answerMax, timer)
                        .onErrorReturn(false)
                        .defaultIfEmpty(false)
                        .subscribe(good -> versions.replace(model, asked, asked.heard(good)));
            }
        }
        askedFor.clear();
    }

    /** Whether a version answered when it was asked last; empty before its first answer. */
    Optional<Boolean> answers(String model) {
        return answered(versions.get(model));
    }

    /** The same, if it was asked at that time or later; else it is the next time that anything is asked. */
    Optional<Boolean> answersSince(String model, long nanos) {
        Version version = versions.get(model);
        if (version != null && !version.asking() && version.askedNanos() - nanos >= 0) {
            return answered(version);
        }
        askedFor.add(model);
        return Optional.empty();
    }

    private static Optional<Boolean> answered(@Nullable Version version) {
        return version == null ? Optional.empty() : Optional.ofNullable(version.answered());
    }
}
