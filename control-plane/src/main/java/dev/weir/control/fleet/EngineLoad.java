package dev.weir.control.fleet;

/**
 * What an engine says of itself in its metrics; zeros where it says nothing.
 *
 * @param runningCount requests in its batch
 * @param waitingCount requests that wait there
 * @param kvCacheUse the part of its KV blocks that are owned, 0 to 1
 */
public record EngineLoad(int runningCount, int waitingCount, double kvCacheUse) {
    static final EngineLoad UNKNOWN = new EngineLoad(0, 0, 0);

    int requestCount() {
        return runningCount + waitingCount;
    }
}
