package dev.weir.control.telemetry;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.EngineTimes;
import dev.weir.control.completion.Usage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One request's spans, while it is on its way. Its marks are set by one request's chain, one after the other. All of their times come from one
 * monotonic clock, so that what lies within another lies within it in the trace, too.
 */
final class RequestSpans {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Traces traces;
    private final long epochNanos;
    private final LongSupplier ticker;
    private Span ours = Span.getInvalid();
    private Span engines = Span.getInvalid();

    /**
     * The spans of a request that has arrived.
     *
     * @param epochNanos of the ticker's 0
     */
    RequestSpans(Traces traces, long epochNanos, LongSupplier ticker) {
        this.traces = traces;
        this.epochNanos = epochNanos;
        this.ticker = ticker;
    }

    private long now() {
        return epochNanos + ticker.getAsLong();
    }

    void read(CompletionRequest request, long arrivedNanos) {
        if (traces.areTold()) {
            ours = traces.arrived(request, epochNanos + arrivedNanos);
        }
    }

    /** The request as it goes on. */
    CompletionRequest sent(CompletionRequest request) {
        if (!traces.areTold()) {
            return request;
        }
        end(engines); // of one whose answer would not do
        engines = traces.sent(request, ours, now());
        return traces.below(engines, request);
    }

    void answeredBy(String engine, String route) {
        engines.setAttribute("server.address", engine);
        if (!route.isEmpty()) {
            ours.setAttribute("weir.route.reason", route);
        }
    }

    void firstPiece(long afterNanos) {
        engines.setAttribute("gen_ai.response.time_to_first_chunk", afterNanos / NANOS_PER_SECOND);
    }

    /** Counted back from now, since the last of its parts has just ended: so the engine's clock does not matter. */
    void engineTook(EngineTimes times) {
        if (engines.isRecording()) {
            long lastToken = now();
            long firstToken = lastToken - times.decodeNanos();
            long begun = firstToken - times.prefillNanos();
            traces.part("queue", engines, begun - times.queueNanos(), begun);
            traces.part("prefill", engines, begun, firstToken);
            traces.part("decode", engines, firstToken, lastToken);
        }
    }

    void took(Usage usage) {
        engines.setAttribute("gen_ai.usage.input_tokens", usage.inputTokens());
        engines.setAttribute("gen_ai.usage.output_tokens", usage.outputTokens());
        engines.setAttribute("gen_ai.usage.cache_read.input_tokens", usage.cachedTokens());
    }

    /** Over, with the status that the client saw, or the word for why it saw none. */
    void left(String outcome) {
        boolean good = outcome.startsWith("2");
        if (!good) {
            engines.setAttribute("error.type", outcome).setStatus(StatusCode.ERROR);
            ours.setAttribute("error.type", outcome);
        }
        if (Character.isDigit(outcome.charAt(0))) {
            ours.setAttribute("http.response.status_code", Long.parseLong(outcome));
        }
        end(engines);
        end(ours);
    }

    private void end(Span span) {
        span.end(now(), TimeUnit.NANOSECONDS);
    }
}
