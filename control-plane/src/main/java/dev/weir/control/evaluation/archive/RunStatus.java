package dev.weir.control.evaluation.archive;

import dev.weir.control.evaluation.run.RunSettings;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A run as it stands. */
public record RunStatus(
        RunSettings settings,
        State state,
        @Nullable String reason,
        int attemptCountPlanned,
        int attemptCount,
        int passedCount,
        String author,
        Instant createdAt,
        @Nullable Instant endedAt) {
    public enum State {
        RUNNING,
        DONE,
        CANCELLED,
        FAILED
    }
}
