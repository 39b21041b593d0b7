package dev.weir.control.ingress;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.JsonBody;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private final int bytesMax;

    OpenAiWire(IngressConfig config) {
        this.bytesMax = Math.toIntExact(config.requestSizeMax().toBytes());
    }

    Mono<CompletionRequest> decode(ServerWebExchange exchange) {
        return body(exchange.getRequest()).map(body -> {
            RequestFields fields = RequestFields.read(body);
            return new CompletionRequest(
                    RequestIds.of(exchange),
                    endpoint(exchange.getRequest()),
                    fields.model(),
                    fields.stream(),
                    new JsonBody(body),
                    traceHeaders(exchange.getRequest().getHeaders()));
        });
    }

    private Mono<byte[]> body(ServerHttpRequest request) {
        String encoding = request.getHeaders().getFirst(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            return Mono.error(new Refusal(OpenAiError.encodedBody(encoding)));
        }
        if (request.getHeaders().getContentLength() > bytesMax) {
            return Mono.error(new Refusal(OpenAiError.bodyTooLarge(bytesMax)));
        }
        return DataBufferUtils.join(request.getBody(), bytesMax)
                .map(OpenAiWire::takeBytes)
                .defaultIfEmpty(new byte[0])
                .onErrorMap(DataBufferLimitException.class, _ -> new Refusal(OpenAiError.bodyTooLarge(bytesMax)));
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

    private static Endpoint endpoint(ServerHttpRequest request) {
        String path = request.getPath().pathWithinApplication().value();
        return Endpoint.at(path).orElseThrow(() -> new IllegalStateException("no endpoint is mapped to " + path));
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
