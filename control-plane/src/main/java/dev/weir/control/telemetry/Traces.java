package dev.weir.control.telemetry;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.telemetry.TelemetryConfig.TracesConfig;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells a collector of requests as spans: one of ours, below the caller's if it sent one, below ours one of the engine's, and below that the
 * parts of its time that an engine tells. Where no collector is named, trace context travels on as it came. Names are OpenTelemetry's for generative AI; nothing of a
 * prompt or an answer is told.
 */
public final class Traces implements AutoCloseable {
    private static final int SPANS_WAITING_MAX = 4096;
    private static final Duration SENT_EVERY = Duration.ofSeconds(1);
    private static final Duration LAST_ONES_MAX = Duration.ofSeconds(3);
    private static final TextMapPropagator WIRE = W3CTraceContextPropagator.getInstance();

    private static final TextMapGetter<Map<String, String>> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    };

    private final @Nullable SdkTracerProvider provider;
    private final Tracer tracer;

    /** Traces as configured; nothing is told where there is no endpoint. */
    public Traces(TracesConfig config) {
        provider = config.endpoint() == null
                ? null
                : provider(config, config.endpoint().toString());
        tracer = (provider == null ? TracerProvider.noop() : provider).get("weir");
    }

    private static SdkTracerProvider provider(TracesConfig config, String endpoint) {
        OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(endpoint)
                .setTimeout(Duration.ofSeconds(5))
                .build();
        return SdkTracerProvider.builder()
                .setResource(Resource.getDefault().toBuilder()
                        .put(AttributeKey.stringKey("service.name"), "weir-control")
                        .build())
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.share())))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(SPANS_WAITING_MAX)
                        .setScheduleDelay(SENT_EVERY)
                        .build())
                .build();
    }

    /** Whether anything is told to anybody. */
    boolean areTold() {
        return provider != null;
    }

    /** Our span of a request that arrived then. */
    Span arrived(CompletionRequest request, long epochNanos) {
        return tracer.spanBuilder("POST " + request.endpoint().path())
                .setParent(WIRE.extract(Context.root(), request.traceHeaders(), HEADERS))
                .setSpanKind(SpanKind.SERVER)
                .setStartTimestamp(epochNanos, TimeUnit.NANOSECONDS)
                .startSpan();
    }

    /** The span of what an engine does for it. */
    Span sent(CompletionRequest request, Span ours, long epochNanos) {
        String operation = operation(request);
        return tracer.spanBuilder(operation + " " + request.model())
                .setParent(Context.root().with(ours))
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute("gen_ai.operation.name", operation)
                .setAttribute("gen_ai.provider.name", "weir")
                .setAttribute("gen_ai.request.model", request.model())
                .setAttribute("gen_ai.request.stream", request.stream())
                .setStartTimestamp(epochNanos, TimeUnit.NANOSECONDS)
                .startSpan();
    }

    /** A part of what an engine did, which is over. */
    void part(String name, Span engines, long beganEpochNanos, long endedEpochNanos) {
        tracer.spanBuilder(name)
                .setParent(Context.root().with(engines))
                .setStartTimestamp(beganEpochNanos, TimeUnit.NANOSECONDS)
                .startSpan()
                .end(endedEpochNanos, TimeUnit.NANOSECONDS);
    }

    private static String operation(CompletionRequest request) {
        return switch (request.endpoint()) {
            case CHAT_COMPLETIONS, RESPONSES -> "chat";
            case COMPLETIONS -> "text_completion";
            case EMBEDDINGS -> "embeddings";
            case TOKENIZE, DETOKENIZE, APPLY_TEMPLATE -> "tokenize";
        };
    }

    /** The request, whose headers name the span that it goes on below. */
    CompletionRequest below(Span span, CompletionRequest request) {
        Map<String, String> headers = new HashMap<>(request.traceHeaders());
        WIRE.inject(Context.root().with(span), headers, (map, name, value) -> {
            if (map != null) {
                map.put(name, value);
            }
        });
        return request.withTraceHeaders(headers);
    }

    @Override
    public void close() {
        if (provider != null) {
            provider.shutdown().join(LAST_ONES_MAX.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
