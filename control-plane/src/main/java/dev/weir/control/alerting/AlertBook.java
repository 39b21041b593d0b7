package dev.weir.control.alerting;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is wrong now, what was lately, and who has to be told of it. Thread-safety: locked.
 *
 * <p>{@link #due} says what a channel has to be told at this moment; {@link #told} and {@link #failed} say what came of it. A channel that
 * fails is tried again, less and less often; what waits for it is bounded by the alerts there are, because of each only its latest state is
 * told.
 */
public final class AlertBook {
    private static final int FIRING_MAX = 1000;
    private static final int ENDED_KEPT_MAX = 500;
    private static final Duration RETRY_FIRST = Duration.ofSeconds(5);
    private static final Duration RETRY_MAX = Duration.ofMinutes(2);

    private final InstantSource clock;
    private final Supplier<Duration> repeatEvery;
    private final Map<Alert.Key, Alert> firing = new LinkedHashMap<>();
    private final Deque<Alert> ended = new ArrayDeque<>();
    private final Map<String, Post> posts = new LinkedHashMap<>();
    private long refusedCount;

    /** What a channel knows. */
    private static final class Post {
        private final Map<Alert.Key, Alert> waiting = new LinkedHashMap<>();
        private final Map<Alert.Key, Instant> toldAt = new LinkedHashMap<>();
        private Instant notBefore = Instant.MIN;
        private Duration retry = RETRY_FIRST;
    }

    /**
     * An empty book.
     *
     * @param repeatEvery how long a channel may go without being told again of what lasts
     */
    public AlertBook(Supplier<Duration> repeatEvery, InstantSource clock) {
        this.clock = clock;
        this.repeatEvery = repeatEvery;
    }

    /** These are told from now on; a new one of everything that lasts. */
    public synchronized void channels(Collection<String> names) {
        posts.keySet().retainAll(names);
        for (String name : names) {
            posts.computeIfAbsent(name, _ -> {
                Post post = new Post();
                post.waiting.putAll(firing);
                return post;
            });
        }
    }

    /** It is wrong, now; said again as long as it is. The alert's own beginning does not count, but when it was first said. */
    public synchronized void fires(Alert alert) {
        Alert known = firing.get(alert.key());
        if (known == null && firing.size() >= FIRING_MAX) {
            refusedCount++;
            return;
        }
        Alert now = alert.since(known == null ? clock.instant() : known.startedAt());
        firing.put(now.key(), now);
        if (known == null) {
            posts.values().forEach(post -> post.waiting.put(now.key(), now));
        }
    }

    /** It is not wrong any more, if it was. */
    public synchronized void resolves(Alert.Key key) {
        Alert known = firing.remove(key);
        if (known == null) {
            return;
        }
        Alert over = known.ended(clock.instant());
        ended.addFirst(over);
        if (ended.size() > ENDED_KEPT_MAX) {
            ended.removeLast();
        }
        posts.values().forEach(post -> {
            // Whoever was never told that it began need not be told that it is over.
            Alert untold = post.waiting.remove(key);
            if (untold == null || post.toldAt.containsKey(key)) {
                post.waiting.put(key, over);
            }
            post.toldAt.remove(key);
        });
    }

    /** What lasts. */
    public synchronized List<Alert> firing() {
        return List.copyOf(firing.values());
    }

    /** What is over, the latest first. */
    public synchronized List<Alert> ended() {
        return List.copyOf(ended);
    }

    /** How often there were too many alerts to take another. */
    public synchronized long refusedCount() {
        return refusedCount;
    }

    /** What a channel has to be told now. */
    public synchronized List<Alert> due(String channel) {
        Post post = post(channel);
        Instant now = clock.instant();
        if (now.isBefore(post.notBefore)) {
            return List.of();
        }
        firing.forEach((key, alert) -> Optional.ofNullable(post.toldAt.get(key))
                .filter(at -> !now.isBefore(at.plus(repeatEvery.get())))
                .ifPresent(_ -> post.waiting.put(key, alert)));
        return new ArrayList<>(post.waiting.values());
    }

    /** The channel has taken them. */
    public synchronized void told(String channel, List<Alert> alerts) {
        Post post = post(channel);
        post.notBefore = Instant.MIN;
        post.retry = RETRY_FIRST;
        for (Alert alert : alerts) {
            post.waiting.remove(alert.key(), alert);
            if (alert.endedAt() == null && firing.containsKey(alert.key())) {
                post.toldAt.put(alert.key(), clock.instant());
            }
        }
    }

    /** The channel has not taken them: they wait. */
    public synchronized void failed(String channel) {
        Post post = post(channel);
        post.notBefore = clock.instant().plus(post.retry);
        Duration doubled = post.retry.multipliedBy(2);
        post.retry = doubled.compareTo(RETRY_MAX) > 0 ? RETRY_MAX : doubled;
    }

    /** A channel that is not told any more may still have a round to end. */
    private Post post(String channel) {
        Post post = posts.get(channel);
        return post == null ? new Post() : post;
    }
}
