package dev.weir.bench.engine;

/**
 * A case and what came of it.
 *
 * @param kind {@code decode} or {@code prefill}
 * @param sequences of a step
 * @param tokens before each new one; of the prompt
 * @param tokensPerSecond new ones; of the prompt
 * @param stepMillis a step's time; the whole prompt's
 * @param planMicros of which went into planning and accounting for one step
 * @param bytesPerSecond that had to be read, by that time
 * @param readBytesPerSecond what memory gave just before and after, the better of both
 * @param operationsPerSecond that had to be computed, by that time
 * @param operationsPeak what the machine can compute with such operands; 0: nobody knows
 */
record Row(
        String kind,
        int sequences,
        int tokens,
        double tokensPerSecond,
        double stepMillis,
        double planMicros,
        double bytesPerSecond,
        double readBytesPerSecond,
        double operationsPerSecond,
        double operationsPeak,
        int repeats) {

    double shareOfBandwidth() {
        return bytesPerSecond / readBytesPerSecond;
    }

    /** NaN where the peak is not known. */
    double shareOfPeak() {
        return operationsPeak > 0 ? operationsPerSecond / operationsPeak : Double.NaN;
    }
}
