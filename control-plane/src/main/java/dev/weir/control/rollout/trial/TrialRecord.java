package dev.weir.control.rollout.trial;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A trial as it is kept.
 *
 * @param revision grows with whatever changes
 * @param report null before the first look
 */
public record TrialRecord(
        TrialPlan plan,
        TrialState state,
        @Nullable TrialReport report,
        long revision,
        Instant createdAt,
        String createdBy,
        String reason,
        @Nullable Instant endedAt) {}
