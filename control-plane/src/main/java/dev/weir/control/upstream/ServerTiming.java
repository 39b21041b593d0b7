package dev.weir.control.upstream;

import dev.weir.control.completion.EngineTimes;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClientResponse;

/**
 * W3C's Server Timing, in which an engine says what its time went into: in the head of an answer, or behind a stream, where only then it is
 * known.
 */
final class ServerTiming {
    static final String HEADER = "server-timing";

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MILLIS_MAX = 1e9;

    private ServerTiming() {}

    /** Of an answer whose content has come; empty where the engine says nothing of the kind. */
    static Mono<EngineTimes> of(HttpClientResponse answer) {
        String head = answer.responseHeaders().get(HEADER);
        if (head != null) {
            return Mono.justOrEmpty(read(head));
        }
        return answer.responseHeaders().containsValue("trailer", HEADER, true)
                ? answer.trailerHeaders()
                        .mapNotNull(trailers -> read(trailers.get(HEADER)))
                        .onErrorComplete()
                : Mono.empty();
    }

    static @Nullable EngineTimes read(@Nullable String text) {
        if (text == null) {
            return null;
        }
        OptionalLong queue = nanos(text, "queue");
        OptionalLong prefill = nanos(text, "prefill");
        OptionalLong decode = nanos(text, "decode");
        return queue.isPresent() && prefill.isPresent() && decode.isPresent()
                ? new EngineTimes(queue.getAsLong(), prefill.getAsLong(), decode.getAsLong())
                : null;
    }

    /** {@code name;dur=MILLISECONDS} among others. */
    private static OptionalLong nanos(String text, String name) {
        for (String metric : text.split(",", -1)) {
            String[] parts = metric.strip().split(";dur=", -1);
            if (parts.length == 2 && parts[0].equals(name)) {
                try {
                    double millis = Double.parseDouble(parts[1]);
                    return millis >= 0 && millis <= MILLIS_MAX
                            ? OptionalLong.of(Math.round(millis * NANOS_PER_MILLI))
                            : OptionalLong.empty();
                } catch (NumberFormatException _) {
                    return OptionalLong.empty();
                }
            }
        }
        return OptionalLong.empty();
    }
}
