package dev.weir.engine.ffi;

import dev.weir.engine.execution.ExecutorLimits;

/**
 * What a session is made for; its memory is taken when it is made.
 *
 * @param limits of its steps; a row is sampled of each token at most, which it is where prompts are weighed
 * @param threadCount worker threads with the caller's; 0: one for each physical core
 * @param device a {@code DEVICE_} number of {@link Abi}
 * @param batchVariant results may depend on what else is in a step; only on a device
 * @param logits keep the logits of every sampled row, for tests and diagnosis
 */
record SessionConfig(ExecutorLimits limits, int threadCount, int device, boolean batchVariant, boolean logits) {

    static SessionConfig onCpu(ExecutorLimits limits, int threadCount, boolean logits) {
        return new SessionConfig(limits, threadCount, Abi.DEVICE_CPU, false, logits);
    }
}
