package dev.weir.control.ingress;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits on what enters.
 *
 * @param requestSizeMax of one body; a prompt of 100,000 tokens has about half a megabyte
 * @param requestLineSizeMax of method, target and version
 * @param headersSizeMax of all header fields of one request
 * @param requestReadMax from a request's first byte to the end of its body, however fast or slowly its bytes come
 * @param idleMax of a connection without a request, before its first or after its last
 * @param requestsUnderWayMax at the same time, which together with their size bounds the memory they take
 * @param eventSizeMax of one server-sent event from an engine
 * @param heartbeatEvery pause between two comments to a client that waits for the first token of a stream; none where it is 0
 * @param idempotencyFor how long an answer is kept for its idempotency key
 * @param idempotencySizeMax of all answers that are kept so, where they are kept in this process
 */
public record IngressConfig(
        @DefaultValue("16MB") DataSize requestSizeMax,
        @DefaultValue("8KB") DataSize requestLineSizeMax,
        @DefaultValue("32KB") DataSize headersSizeMax,
        @DefaultValue("60s") Duration requestReadMax,
        @DefaultValue("5m") Duration idleMax,
        @DefaultValue("1024") int requestsUnderWayMax,
        @DefaultValue("1MB") DataSize eventSizeMax,
        @DefaultValue("15s") Duration heartbeatEvery,
        @DefaultValue("1h") Duration idempotencyFor,
        @DefaultValue("64MB") DataSize idempotencySizeMax) {
    public IngressConfig {
        requireArraySize("request-size-max", requestSizeMax);
        requireArraySize("request-line-size-max", requestLineSizeMax);
        requireArraySize("headers-size-max", headersSizeMax);
        requireArraySize("event-size-max", eventSizeMax);
        requirePositive("request-read-max", requestReadMax);
        requirePositive("idle-max", idleMax);
        requirePositive("idempotency-for", idempotencyFor);
        if (heartbeatEvery.isNegative()) {
            throw new IllegalArgumentException(
                    "weir.ingress.heartbeat-every must not be negative; 0 is never: " + heartbeatEvery);
        }
        requireArraySize("idempotency-size-max", idempotencySizeMax);
        if (requestsUnderWayMax < 1) {
            throw new IllegalArgumentException(
                    "weir.ingress.requests-under-way-max is at least 1: " + requestsUnderWayMax);
        }
    }

    private static void requirePositive(String name, Duration max) {
        if (!max.isPositive()) {
            throw new IllegalArgumentException("weir.ingress." + name + " must be longer than nothing: " + max);
        }
    }

    private static void requireArraySize(String name, DataSize size) {
        if (size.toBytes() < 1 || size.toMegabytes() > 1024) {
            throw new IllegalArgumentException("weir.ingress." + name + " is between 1 byte and 1 GB: " + size);
        }
    }
}
