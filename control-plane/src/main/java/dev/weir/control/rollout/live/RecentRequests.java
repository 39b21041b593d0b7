package dev.weir.control.rollout.live;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The arms and kinds of the latest requests, by the id that callers know them by: for what becomes known of them later.
 *
 * <p>Thread-safety: locked, and short.
 */
public final class RecentRequests {
    private static final int REQUESTS_MAX = 65_536;

    private final Map<String, Seen> byId = new LinkedHashMap<>();
    /** Of those the ones whose answers somebody has judged. */
    private final Set<String> judged = new HashSet<>();

    /**
     * A request that was routed, and under which weight.
     *
     * @param shadowed whether the candidate answered nobody, as in the shadow: then only pairs tell anything
     */
    public record Seen(Arm arm, long weightRevision, boolean shadowed, RequestTraits traits) {}

    public synchronized void add(String requestId, Seen seen) {
        forget(requestId);
        if (byId.size() == REQUESTS_MAX) {
            forget(byId.keySet().iterator().next());
        }
        byId.put(requestId, seen);
    }

    private void forget(String requestId) {
        byId.remove(requestId);
        judged.remove(requestId);
    }

    /** Notes that somebody judges the answer to a request; whether it is the first who does, of one that is remembered. */
    public synchronized boolean noteJudged(String requestId) {
        return byId.containsKey(requestId) && judged.add(requestId);
    }

    public synchronized Optional<Seen> of(String requestId) {
        return Optional.ofNullable(byId.get(requestId));
    }
}
