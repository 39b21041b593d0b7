package dev.weir.control.upstream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Limits on the way to an engine.
 *
 * @param connectMax until the connection stands
 * @param firstByteMax from the request to the head of its answer: queueing and prefill, and the whole answer where it is not streamed
 * @param silenceMax between two pieces of an answer, while we wait for the next
 * @param totalMax from the request to the end of its answer, over all engines
 * @param failuresMax engines that may fail one request until its client is told; it may be the request that kills them
 * @param retryPauseMax before another engine is asked; how much of it is chance
 * @param resumeWaitMax for an engine that can go on with a broken stream, where there is none at the moment
 * @param heldBytesMax of a resumable stream's events whose tokens the engine has not told yet
 * @param stallMax that a client may leave ready pieces unread before the engine is let go
 * @param connectionsPerEngineMax as many exchanges can be under way with one engine; spread over the event loops
 * @param connectionWaitersPerEngineMax as many more may wait for a connection
 * @param connectionWaitMax until one of them is refused
 * @param connectionIdleMax until an unused connection is closed; shorter than the engines' own limit, or they would close it under us
 * @param proxySecret is sent to every engine, which must have been given the same; without one they take all callers for one tenant
 */
public record UpstreamConfig(
        @DefaultValue("2s") Duration connectMax,
        @DefaultValue("10m") Duration firstByteMax,
        @DefaultValue("2m") Duration silenceMax,
        @DefaultValue("1h") Duration totalMax,
        @DefaultValue("3") int failuresMax,
        @DefaultValue("100ms") Duration retryPauseMax,
        @DefaultValue("15s") Duration resumeWaitMax,
        @DefaultValue("1048576") int heldBytesMax,
        @DefaultValue("1m") Duration stallMax,
        @DefaultValue("1024") int connectionsPerEngineMax,
        @DefaultValue("1024") int connectionWaitersPerEngineMax,
        @DefaultValue("5s") Duration connectionWaitMax,
        @DefaultValue("4s") Duration connectionIdleMax,
        @Nullable ProxySecret proxySecret) {
    public UpstreamConfig {
        requirePositive("connect-max", connectMax);
        requirePositive("first-byte-max", firstByteMax);
        requirePositive("silence-max", silenceMax);
        requirePositive("stall-max", stallMax);
        requirePositive("total-max", totalMax);
        requirePositive("retry-pause-max", retryPauseMax);
        requirePositive("resume-wait-max", resumeWaitMax);
        if (failuresMax < 0 || heldBytesMax < 1) {
            throw new IllegalArgumentException(
                    "weir.upstream: failures-max is at least 0 and held-bytes-max at least 1");
        }
        requirePositive("connection-wait-max", connectionWaitMax);
        requirePositive("connection-idle-max", connectionIdleMax);
        if (connectionsPerEngineMax < 1 || connectionWaitersPerEngineMax < 1) {
            throw new IllegalArgumentException("weir.upstream: connection counts are at least 1");
        }
    }

    private static void requirePositive(String name, Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException("weir.upstream." + name + " must be longer than nothing: " + duration);
        }
    }
}
