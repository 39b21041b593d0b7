package dev.weir.control.rollout.journal;

import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReport;
import java.time.Instant;

/**
 * A rollout as it is kept: its plan, who wanted it and why, and how it stands.
 *
 * @param createdBy the actor
 */
public record RolloutRecord(
        RolloutPlan plan, Instant createdAt, String createdBy, String reason, RolloutReport report) {}
