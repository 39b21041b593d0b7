package dev.weir.control.telemetry;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Usage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;

/** One request's spans, while it is on its way. Its marks are set by one request's chain, one after the other. */
final class RequestSpans {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Traces traces;
    private Span ours = Span.getInvalid();
    private Span engines = Span.getInvalid();

    RequestSpans(Traces traces) {
        this.traces = traces;
    }

    void read(CompletionRequest request, long arrivedEpochNanos) {
        if (traces.areTold()) {
            ours = traces.arrived(request, arrivedEpochNanos);
        }
    }

    /** The request as it goes on. */
    CompletionRequest sent(CompletionRequest request) {
        if (!traces.areTold()) {
            return request;
        }
        engines.end(); // of one whose answer would not do
        engines = traces.sent(request, ours);
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
        engines.end();
        ours.end();
    }
}
