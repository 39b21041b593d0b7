package dev.weir.control.ingress;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits on what enters.
 *
 * @param requestSizeMax of one body; a prompt of 100,000 tokens has about half a megabyte
 * @param requestsUnderWayMax at the same time, which together with their size bounds the memory they take
 * @param eventSizeMax of one server-sent event from an engine
 */
public record IngressConfig(
        @DefaultValue("8MB") DataSize requestSizeMax,
        @DefaultValue("1024") int requestsUnderWayMax,
        @DefaultValue("1MB") DataSize eventSizeMax) {
    public IngressConfig {
        requireArraySize("request-size-max", requestSizeMax);
        requireArraySize("event-size-max", eventSizeMax);
        if (requestsUnderWayMax < 1) {
            throw new IllegalArgumentException(
                    "weir.ingress.requests-under-way-max is at least 1: " + requestsUnderWayMax);
        }
    }

    private static void requireArraySize(String name, DataSize size) {
        if (size.toBytes() < 1 || size.toMegabytes() > 1024) {
            throw new IllegalArgumentException("weir.ingress." + name + " is between 1 byte and 1 GB: " + size);
        }
    }
}
