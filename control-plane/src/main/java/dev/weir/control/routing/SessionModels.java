package dev.weir.control.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which model each session was last with. The oldest are forgotten when there are too many. Thread-safe; of this process alone, so where
 * there are several, a session is held by whichever it reaches.
 */
public final class SessionModels {
    private static final int SESSIONS_MAX = 100_000;

    private record Held(String model, Instant at) {}

    private final Map<String, Held> sessions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Held> eldest) {
            return size() > SESSIONS_MAX;
        }
    };

    /** The model that the session was with not longer ago than this. */
    public synchronized Optional<String> heldBy(String session, Instant now, Duration hold) {
        return Optional.ofNullable(sessions.get(session))
                .filter(held -> held.at().plus(hold).isAfter(now))
                .map(Held::model);
    }

    public synchronized void went(String session, String model, Instant now) {
        sessions.put(session, new Held(model, now));
    }
}
