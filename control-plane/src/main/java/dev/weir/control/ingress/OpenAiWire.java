package dev.weir.control.ingress;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.Share;
import dev.weir.control.fleet.FleetSnapshot;
import dev.weir.control.fleet.ServedModel;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.RequestPath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** From OpenAI's wire to a request as a value. */
final class OpenAiWire {
    private static final List<String> TRACE_HEADERS = List.of("traceparent", "tracestate", "baggage");

    private final IngressConfig config;
    private final int bytesMax;
    private final Supplier<FleetSnapshot> fleet;
    private final LongSupplier configuration;

    /**
     * The wire.
     *
     * @param fleet as it is now
     * @param configuration the number of the one that serves
     */
    OpenAiWire(IngressConfig config, Supplier<FleetSnapshot> fleet, LongSupplier configuration) {
        this.config = config;
        this.bytesMax = Math.toIntExact(config.requestSizeMax().toBytes());
        this.fleet = fleet;
        this.configuration = configuration;
    }

    Mono<CompletionRequest> decode(ServerWebExchange exchange, Caller caller) {
        return body(exchange.getRequest()).map(body -> {
            // A body that broke off has ended, too.
            WireGuard.refusal(exchange.getRequest()).ifPresent(error -> {
                throw new Refusal(error);
            });
            Dialect dialect = Dialect.of(exchange);
            RequestFields asked = RequestFields.read(body);
            byte[] ours = dialect.request(body);
            RequestFields fields = dialect.translates() ? RequestFields.read(ours) : asked;
            Endpoint endpoint = dialect.endpoint(RequestPath.of(exchange.getRequest()));
            return new CompletionRequest(
                    RequestIds.of(exchange),
                    new Share(caller.tenant().id(), caller.tenant().weight()),
                    endpoint,
                    model(fields),
                    fields.stream(),
                    fields.demand(endpoint, ours.length),
                    fields.usage().isAsked() || !endpoint.tellsUsageWhenAsked(),
                    new JsonBody(
                            fields.stream() && endpoint.tellsUsageWhenAsked()
                                    ? fields.usage().askIn(ours)
                                    : ours),
                    traceHeaders(exchange.getRequest().getHeaders()),
                    configuration.getAsLong());
        });
    }

    /** The model that a request names; the only one there is, where it names none. */
    private String model(RequestFields fields) {
        FleetSnapshot now = fleet.get();
        String model = fields.model().orElseGet(() -> {
            List<String> known = known(now);
            if (known.isEmpty()) {
                throw new Refusal(
                        now.ready().isEmpty()
                                ? OpenAiError.noEngineReady("none has said yet which models it has")
                                : OpenAiError.noModel());
            }
            if (known.size() > 1) {
                throw new Refusal(OpenAiError.missingModel(known));
            }
            return known.getFirst();
        });
        if (model.isBlank()) {
            throw new Refusal(OpenAiError.unknownModel(model, known(now)));
        }
        return model;
    }

    private static List<String> known(FleetSnapshot now) {
        return now.models().stream().map(ServedModel::id).toList();
    }

    private Mono<byte[]> body(ServerHttpRequest request) {
        return DataBufferUtils.join(request.getBody(), bytesMax)
                .map(OpenAiWire::takeBytes)
                .defaultIfEmpty(new byte[0])
                .onErrorMap(DataBufferLimitException.class, _ -> new Refusal(OpenAiError.bodyTooLarge("more", config)));
    }

    private static byte[] takeBytes(DataBuffer joined) {
        try {
            byte[] bytes = new byte[joined.readableByteCount()];
            joined.read(bytes);
            return bytes;
        } finally {
            DataBufferUtils.release(joined);
        }
    }

    private static Map<String, String> traceHeaders(HttpHeaders headers) {
        Map<String, String> trace = new LinkedHashMap<>();
        for (String name : TRACE_HEADERS) {
            String value = headers.getFirst(name);
            if (value != null) {
                trace.put(name, value);
            }
        }
        return trace;
    }
}
