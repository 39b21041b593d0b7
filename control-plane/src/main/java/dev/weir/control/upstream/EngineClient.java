package dev.weir.control.upstream;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.upstream.AnswerPart.Head;
import dev.weir.control.upstream.AnswerPart.Piece;
import dev.weir.control.upstream.AnswerPart.Took;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException;
import reactor.netty.resources.LoopResources;

/** Talks to engines: one exchange is one reactive chain, and cancelling it anywhere closes the connection at once. */
public final class EngineClient implements DisposableBean {
    private static final int PROBE_BYTES_MAX = 1 << 20;

    private final UpstreamConfig limits;
    private final Scheduler timer;
    private final LoopConnections connections;

    public EngineClient(UpstreamConfig limits, LoopResources loops, Scheduler timer) {
        this.limits = limits;
        this.timer = timer;
        this.connections = new LoopConnections(limits, loops);
    }

    /**
     * Sends the request on, byte for byte, or the rest of it behind what was told. Fails with {@link UpstreamFailure} and with nothing
     * else; cancelling closes the connection.
     */
    Flux<AnswerPart> open(Peer.OfOurs engine, CompletionRequest request, @Nullable ToldTokens told) {
        return Flux.defer(() -> {
            FlowGuard guard = new FlowGuard(limits, timer);
            AtomicBoolean answered = new AtomicBoolean();
            JsonBody body = told == null ? request.body() : told.resuming(request.body());
            return guard.watchBeginning(connections
                            .here()
                            .headers(headers -> writeHeaders(request, body, told, headers))
                            .post()
                            .uri(engine.url().resolve(request.endpoint().path()))
                            .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body.bytes())))
                            .response((head, content) -> {
                                answered.set(true);
                                return parts(engine, head, guard.watchEngine(content.asByteArray()));
                            }))
                    .onErrorMap(failure -> answered.get() ? inAnswer(failure) : beforeAnswer(engine.url(), failure));
        });
    }

    /**
     * Asks an engine to change its models, which may take as long as loading one does, or what they are.
     *
     * @param token that lets us, where the engine wants one
     */
    public Mono<ProbeAnswer> administer(
            URI engine, HttpMethod method, String path, @Nullable String json, @Nullable String token) {
        return connections
                .here()
                .headers(headers -> {
                    headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
                    if (token != null) {
                        headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token);
                    }
                })
                .responseTimeout(limits.firstByteMax())
                .request(method)
                .uri(engine.resolve(path))
                .send(Mono.justOrEmpty(json).map(text -> Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8))))
                .response((head, content) -> whole(head, content.asByteArray()))
                .single()
                .onErrorMap(failure -> beforeAnswer(engine, failure));
    }

    /** A small question to an engine, such as whether it is ready. */
    public Mono<ProbeAnswer> probe(URI engine, String path) {
        return connections
                .here()
                .get()
                .uri(engine.resolve(path))
                .response((head, content) -> whole(head, content.asByteArray()))
                .single()
                .onErrorMap(failure -> beforeAnswer(engine, failure));
    }

    private static Mono<ProbeAnswer> whole(HttpClientResponse head, Flux<byte[]> content) {
        return content.collect(ByteArrayOutputStream::new, EngineClient::appendBounded)
                .map(bytes -> new ProbeAnswer(head.status().code(), bytes.toString(StandardCharsets.UTF_8)));
    }

    @Override
    public void destroy() {
        connections.close();
    }

    private void writeHeaders(
            CompletionRequest request,
            JsonBody body,
            @Nullable ToldTokens told,
            io.netty.handler.codec.http.HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.byteCount())
                .set(
                        HttpHeaderNames.ACCEPT,
                        request.stream() ? HttpHeaderValues.TEXT_EVENT_STREAM : HttpHeaderValues.APPLICATION_JSON)
                .set(HttpHeaderNames.USER_AGENT, "weir")
                // Engines say behind a stream what its time went into.
                .set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderNames.TE)
                .set("x-request-id", request.id());
        request.traceHeaders().forEach(headers::set);
        if (request.stream() && request.endpoint().isGeneration()) {
            headers.set("x-weir-resumable", "true");
        }
        if (told != null) {
            headers.set("x-weir-resume-ticket", told.ticket()).set("x-weir-resume-events", told.eventCount());
        }
        if (limits.proxySecret() != null) {
            headers.set("x-weir-proxy-secret", limits.proxySecret().value())
                    .set("x-weir-tenant", request.share().tenant())
                    .set("x-weir-tenant-weight", request.share().weight());
        }
    }

    private static Flux<AnswerPart> parts(Peer.OfOurs engine, HttpClientResponse head, Flux<byte[]> content) {
        return Flux.concat(
                Mono.just(new Head(engine.name(), head.status().code(), EndToEndHeaders.of(head.responseHeaders()))),
                content.map(Piece::new),
                ServerTiming.of(head).map(Took::new));
    }

    static Throwable inAnswer(Throwable failure) {
        return failure instanceof UpstreamFailure
                ? failure
                : new UpstreamFailure(Kind.BROKEN_OFF, "it closed the connection in the middle of its answer");
    }

    static Throwable beforeAnswer(URI engine, Throwable failure) {
        return switch (failure) {
            case UpstreamFailure known -> known;
            case ConnectException _, UnknownHostException _ ->
                new UpstreamFailure(Kind.UNREACHABLE, "no connection to " + engine);
            case PoolAcquirePendingLimitException _, TimeoutException _ ->
                new UpstreamFailure(Kind.CONNECTIONS_EXHAUSTED, "every connection to " + engine + " is in use");
            default -> new UpstreamFailure(Kind.BROKEN_OFF, "it closed the connection before it answered");
        };
    }

    private static void appendBounded(ByteArrayOutputStream collected, byte[] piece) {
        if (collected.size() + piece.length > PROBE_BYTES_MAX) {
            throw new IllegalStateException("the answer to a probe is longer than " + PROBE_BYTES_MAX + " bytes");
        }
        collected.writeBytes(piece);
    }
}
