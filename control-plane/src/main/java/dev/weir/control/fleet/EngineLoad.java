package dev.weir.control.fleet;

/**
 * What an engine says of itself in its metrics; zeros where it says nothing.
 *
 * @param runningCount requests in its batch
 * @param waitingCount requests that wait there
 * @param kvCacheUse the part of its KV blocks that are owned, 0 to 1
 * @param kvCacheTokens how many tokens its KV blocks hold, of all its models
 * @param gpu the memory of the device that its models are on
 */
public record EngineLoad(int runningCount, int waitingCount, double kvCacheUse, long kvCacheTokens, Gpu gpu) {
    static final EngineLoad UNKNOWN = new EngineLoad(0, 0, 0);

    /** Memory in bytes; zeros of an engine without a device. */
    public record Gpu(double freeBytes, double totalBytes) {
        static final Gpu NONE = new Gpu(0, 0);
    }

    /** Of an engine without a device. */
    EngineLoad(int runningCount, int waitingCount, double kvCacheUse) {
        this(runningCount, waitingCount, kvCacheUse, 0, Gpu.NONE);
    }

    int requestCount() {
        return runningCount + waitingCount;
    }
}
