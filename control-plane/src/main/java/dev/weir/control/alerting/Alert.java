package dev.weir.control.alerting;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Something that is wrong.
 *
 * @param name of the rule, as in {@code ErrorBudgetBurn}
 * @param labels tell alerts of one rule apart; with the name they are the alert's identity
 * @param summary one sentence for a person
 * @param endedAt null while it lasts
 */
public record Alert(
        String name,
        Severity severity,
        Map<String, String> labels,
        String summary,
        Instant startedAt,
        @Nullable Instant endedAt) {
    public enum Severity {
        /** Wakes somebody. */
        PAGE,
        /** Can wait for the morning. */
        TICKET
    }

    /** What makes it this alert and no other. */
    public record Key(String name, Map<String, String> labels) {
        public Key {
            labels = Map.copyOf(labels);
        }
    }

    public Alert {
        if (name.isBlank()) {
            throw new IllegalArgumentException("an alert has a name");
        }
        labels = Map.copyOf(new TreeMap<>(labels));
    }

    public Key key() {
        return new Key(name, labels);
    }

    Alert ended(Instant at) {
        return new Alert(name, severity, labels, summary, startedAt, at);
    }

    Alert since(Instant at) {
        return new Alert(name, severity, labels, summary, at, null);
    }
}
