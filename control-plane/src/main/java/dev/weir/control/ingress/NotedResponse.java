package dev.weir.control.ingress;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Notes what a caller is told, byte for byte as it goes out; lets go of what grows too long. Pieces follow each other. */
final class NotedResponse extends ServerHttpResponseDecorator {
    private final int bytesMax;
    private final ByteArrayOutputStream noted = new ByteArrayOutputStream();
    private boolean tooLong;
    private boolean whole;

    NotedResponse(ServerHttpResponse response, int bytesMax) {
        super(response);
        this.bytesMax = bytesMax;
    }

    /** All of it, if it has been told to its end. */
    Optional<byte[]> answer() {
        return whole && !tooLong ? Optional.of(noted.toByteArray()) : Optional.empty();
    }

    String contentType() {
        return String.valueOf(getHeaders().getFirst(HttpHeaders.CONTENT_TYPE));
    }

    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
        return super.writeWith(Flux.from(body).doOnNext(this::note).doOnComplete(() -> whole = true));
    }

    @Override
    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
        return super.writeAndFlushWith(Flux.from(body)
                .<Publisher<? extends DataBuffer>>map(group -> Flux.from(group).doOnNext(this::note))
                .doOnComplete(() -> whole = true));
    }

    private void note(DataBuffer piece) {
        int count = piece.readableByteCount();
        tooLong |= noted.size() + count > bytesMax;
        if (!tooLong) {
            byte[] bytes = new byte[count];
            piece.toByteBuffer(piece.readPosition(), ByteBuffer.wrap(bytes), 0, count);
            noted.writeBytes(bytes);
        }
    }
}
