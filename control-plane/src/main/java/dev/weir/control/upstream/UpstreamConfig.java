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
 * @param stallMax that a client may leave ready pieces unread before the engine is let go
 * @param connectionsPerEngineMax as many exchanges can be under way with one engine
 * @param connectionWaitersPerEngineMax as many more may wait for a connection
 * @param connectionWaitMax until one of them is refused
 * @param connectionIdleMax until an unused connection is closed; shorter than the engines' own limit, or they would close it under us
 * @param proxySecret is sent to every engine, which must have been given the same; without one they take all callers for one tenant
 */
public record UpstreamConfig(
        @DefaultValue("2s") Duration connectMax,
        @DefaultValue("10m") Duration firstByteMax,
        @DefaultValue("2m") Duration silenceMax,
        @DefaultValue("1m") Duration stallMax,
        @DefaultValue("1024") int connectionsPerEngineMax,
        @DefaultValue("1024") int connectionWaitersPerEngineMax,
        @DefaultValue("5s") Duration connectionWaitMax,
        @DefaultValue("20s") Duration connectionIdleMax,
        @Nullable ProxySecret proxySecret) {
    public UpstreamConfig {
        requirePositive("connect-max", connectMax);
        requirePositive("first-byte-max", firstByteMax);
        requirePositive("silence-max", silenceMax);
        requirePositive("stall-max", stallMax);
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
