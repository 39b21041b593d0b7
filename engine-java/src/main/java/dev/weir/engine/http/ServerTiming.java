package dev.weir.engine.http;

import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Times;
import java.util.List;
import java.util.Locale;

/**
 * What an answer's time went into, as W3C's Server Timing writes it. Who proxies for us makes spans of it, below the span that it sent along.
 */
final class ServerTiming {

    static final String HEADER = "server-timing";

    private static final double NANOS_PER_MILLI = 1e6;

    private ServerTiming() {}

    /** Of several sequences: until the first has begun, until the first has a token, and until all have their last. */
    static String of(List<Sequence> sequences) {
        long begun = Long.MAX_VALUE;
        long first = Long.MAX_VALUE;
        long last = 0;
        for (Sequence sequence : sequences) {
            Finished finished = sequence.finished();
            Times times = finished == null ? Times.NONE : finished.times();
            begun = Math.min(begun, times.queueNanos());
            first = Math.min(first, times.queueNanos() + times.prefillNanos());
            last = Math.max(last, times.queueNanos() + times.prefillNanos() + times.decodeNanos());
        }
        return String.format(
                Locale.ROOT,
                "queue;dur=%.3f, prefill;dur=%.3f, decode;dur=%.3f",
                begun / NANOS_PER_MILLI,
                (first - begun) / NANOS_PER_MILLI,
                (last - first) / NANOS_PER_MILLI);
    }
}
