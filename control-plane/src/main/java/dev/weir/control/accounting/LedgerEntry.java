package dev.weir.control.accounting;

import dev.weir.control.completion.EngineTimes;
import dev.weir.control.completion.Usage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One call.
 *
 * @param id ours, so that no caller can make two calls count as one by naming them alike
 * @param requestId the caller's name for it, or ours
 * @param subject whom it was for, as the caller says
 * @param feature what of the caller's product it was for, if the caller said so
 * @param version of the model, as the engine that answered tells it, or else where routes tell versions apart
 * @param arm of a rollout or an experiment
 * @param tier that was chosen for it
 * @param reason of that choice
 * @param cache how the answer was known already, if it was
 * @param guard what guards found in its prompt and its answer, and did about it
 * @param compression what its context was shortened to
 * @param tries engines that failed it before, each with its reason
 * @param engineTimes what the time of the engine that answered went into, where it says so
 * @param usage of tokens; of an answer that was known, what it took when it was made
 * @param usageTold whether an engine said so; else it was counted here from what passed
 * @param costNanos in billionths of the currency of the prices
 * @param firstByteMicros until the first of the answer, if any of it came
 * @param status as the client saw it: a number, {@code cancelled} or {@code broken}
 */
public record LedgerEntry(
        String id,
        String requestId,
        Instant at,
        String tenant,
        @Nullable String user,
        @Nullable String key,
        @Nullable String subject,
        @Nullable String feature,
        String endpoint,
        String model,
        @Nullable String version,
        @Nullable String engine,
        @Nullable String arm,
        @Nullable String tier,
        @Nullable String reason,
        @Nullable String cache,
        @Nullable String guard,
        @Nullable String compression,
        @Nullable String tries,
        @Nullable EngineTimes engineTimes,
        boolean stream,
        Usage usage,
        boolean usageTold,
        long costNanos,
        @Nullable Long firstByteMicros,
        long totalMicros,
        String status) {}
