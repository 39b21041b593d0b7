package dev.weir.control.completion;

import java.util.Map;

/**
 * What a caller asked for.
 *
 * @param id names the request in answers, logs and at the engine
 * @param share whose part of an engine it spends
 * @param model the model the caller named
 * @param stream whether the answer is to come as events
 * @param demand what it can take at most
 * @param usageAsked whether the caller wants to be told what a stream took; an engine is asked in any case
 * @param body the request as it came, but for that question, which is also how it goes on
 * @param traceHeaders W3C trace context, which travels on as it came
 * @param configuration the number of the configuration that it came in under, to whose end it keeps; 0 is whichever serves
 */
public record CompletionRequest(
        String id,
        Share share,
        Endpoint endpoint,
        String model,
        boolean stream,
        Demand demand,
        boolean usageAsked,
        JsonBody body,
        Map<String, String> traceHeaders,
        long configuration) {
    public CompletionRequest {
        if (id.isBlank()) {
            throw new IllegalArgumentException("id is blank");
        }
        if (model.isBlank()) {
            throw new IllegalArgumentException("model is blank");
        }
        traceHeaders = Map.copyOf(traceHeaders);
    }

    /** One under whichever configuration serves. */
    public CompletionRequest(
            String id,
            Share share,
            Endpoint endpoint,
            String model,
            boolean stream,
            Demand demand,
            boolean usageAsked,
            JsonBody body,
            Map<String, String> traceHeaders) {
        this(id, share, endpoint, model, stream, demand, usageAsked, body, traceHeaders, 0);
    }

    /** The same, below another span. */
    public CompletionRequest withTraceHeaders(Map<String, String> headers) {
        return new CompletionRequest(
                id, share, endpoint, model, stream, demand, usageAsked, body, headers, configuration);
    }

    /** The same for another model, which the body names. */
    public CompletionRequest withModel(String other, JsonBody bodyNamingIt) {
        return new CompletionRequest(
                id, share, endpoint, other, stream, demand, usageAsked, bodyNamingIt, traceHeaders, configuration);
    }
}
