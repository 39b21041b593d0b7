package dev.weir.control.ingress;

import dev.weir.control.upstream.UpstreamFailure;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.io.ByteArrayOutputStream;
import java.util.function.Function;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

/** Writes answers in their callers' words. What needs no translation passes piece by piece; what does is translated event by event, or whole. */
final class AnswerWriter {
    private static final DataBufferFactory HEAP = new DefaultDataBufferFactory();

    /** Of an answer that has to be read as a whole to be translated. */
    private static final int TRANSLATED_BYTES_MAX = 16 << 20;

    private AnswerWriter() {}

    /** An answer that is no stream; the head is set but for what depends on the words. */
    static Mono<Void> whole(ServerWebExchange exchange, Flux<byte[]> content) {
        Dialect dialect = Dialect.of(exchange);
        ServerHttpResponse response = exchange.getResponse();
        if (!dialect.translates()) {
            return response.writeWith(content.map(HEAP::wrap));
        }
        return collected(content)
                .map(body -> dialect.answer(status(response), body, RequestIds.of(exchange)))
                .onErrorMap(JacksonException.class, _ -> noJson())
                .flatMap(answer -> {
                    HttpHeaders headers = response.getHeaders();
                    headers.setContentType(MediaType.APPLICATION_JSON);
                    headers.setContentLength(answer.length);
                    return response.writeWith(Mono.just(HEAP.wrap(answer)));
                });
    }

    /** Whole events of ours as the caller's. */
    static Flux<byte[]> translated(ServerWebExchange exchange, Flux<byte[]> events) {
        Dialect dialect = Dialect.of(exchange);
        return dialect.translates()
                ? events.map(dialect.events(RequestIds.of(exchange)))
                        .filter(told -> told.length > 0)
                        .onErrorMap(JacksonException.class, _ -> noJson())
                : events;
    }

    /** Each goes out at once. */
    static Mono<Void> events(ServerWebExchange exchange, Flux<byte[]> events) {
        StreamHeaders.set(exchange.getResponse().getHeaders());
        Function<byte[], Mono<DataBuffer>> flushed = event -> Mono.just(HEAP.wrap(event));
        return exchange.getResponse().writeAndFlushWith(events.map(flushed));
    }

    private static int status(ServerHttpResponse response) {
        HttpStatusCode status = response.getStatusCode();
        return status == null ? 200 : status.value();
    }

    private static Mono<byte[]> collected(Flux<byte[]> content) {
        return content.collect(ByteArrayOutputStream::new, (all, piece) -> {
                    if (all.size() + piece.length > TRANSLATED_BYTES_MAX) {
                        throw new UpstreamFailure(
                                Kind.BROKEN_OFF, "its answer is longer than " + TRANSLATED_BYTES_MAX + " bytes");
                    }
                    all.writeBytes(piece);
                })
                .map(ByteArrayOutputStream::toByteArray);
    }

    private static UpstreamFailure noJson() {
        return new UpstreamFailure(Kind.BROKEN_OFF, "its answer is no JSON");
    }
}
