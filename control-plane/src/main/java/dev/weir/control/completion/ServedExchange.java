package dev.weir.control.completion;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request that is being answered.
 *
 * @param callId the ledger's name of the call; of a copy for a version in the shadow, that of the call which it copies
 * @param feature what of the caller's product it is for, if the caller said so
 * @param arm of a rollout or an experiment
 */
public record ServedExchange(
        String callId,
        String tenant,
        @Nullable String feature,
        CompletionRequest request,
        @Nullable String arm,
        Instant at) {}
