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
    private Mono<Void> beforeItsEnd = Mono.empty();
    private long bytes;
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

    /** What the caller waits for before it is told the last of it: its last byte where its length is known, else that there is no more. */
    void beforeItsEnd(Mono<Void> step) {
        this.beforeItsEnd = step;
    }

    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
        Flux<DataBuffer> pieces = Flux.from(body);
        long length = getHeaders().getContentLength();
        return super.writeWith(untilOver(
                length < 0 ? pieces.doOnNext(this::note) : pieces.concatMap(piece -> noteOf(piece, length), 0)));
    }

    @Override
    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
        return super.writeAndFlushWith(untilOver(
                Flux.from(body).map(group -> Flux.<DataBuffer>from(group).doOnNext(this::note))));
    }

    private <T> Flux<T> untilOver(Flux<T> told) {
        return told.concatWith(Mono.defer(() -> over().then(Mono.empty())));
    }

    private Mono<DataBuffer> noteOf(DataBuffer piece, long length) {
        note(piece);
        return bytes < length ? Mono.just(piece) : over().thenReturn(piece);
    }

    private Mono<Void> over() {
        whole = true;
        return beforeItsEnd;
    }

    private void note(DataBuffer piece) {
        int count = piece.readableByteCount();
        bytes += count;
        tooLong |= bytes > bytesMax;
        if (!tooLong) {
            byte[] copy = new byte[count];
            piece.toByteBuffer(piece.readPosition(), ByteBuffer.wrap(copy), 0, count);
            noted.writeBytes(copy);
        }
    }
}
