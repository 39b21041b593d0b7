package dev.weir.control.upstream;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.upstream.UpstreamFailure.Kind;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.springframework.beans.factory.DisposableBean;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** Talks to engines: one exchange is one reactive chain, and cancelling it anywhere closes the connection at once. */
public final class EngineClient implements DisposableBean {
    private static final int PROBE_BYTES_MAX = 1 << 20;

    private final UpstreamConfig limits;
    private final Scheduler timer;
    private final ConnectionProvider connections;
    private final HttpClient http;

    public EngineClient(UpstreamConfig limits, LoopResources loops, Scheduler timer) {
        this.limits = limits;
        this.timer = timer;
        this.connections = ConnectionProvider.builder("engines")
                .maxConnections(limits.connectionsPerEngineMax())
                .pendingAcquireMaxCount(limits.connectionWaitersPerEngineMax())
                .pendingAcquireTimeout(limits.connectionWaitMax())
                .maxIdleTime(limits.connectionIdleMax())
                .build();
        this.http = HttpClient.create(connections)
                .runOn(loops)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(limits.connectMax().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true);
    }

    /**
     * Sends the request on, byte for byte, and hands the answer's head and content to {@code relay}. The exchange is over when the relay
     * is; it fails with {@link UpstreamFailure} where the engine is at fault and with the relay's own failure otherwise.
     */
    public Mono<Void> exchange(
            URI engine, CompletionRequest request, Function<EngineAnswer, ? extends Publisher<Void>> relay) {
        return Mono.defer(() -> {
            FlowGuard guard = new FlowGuard(limits, timer);
            return http.headers(headers -> writeHeaders(request, headers))
                    .post()
                    .uri(engine.resolve(request.endpoint().path()))
                    .send(Mono.fromSupplier(
                            () -> Unpooled.wrappedBuffer(request.body().bytes())))
                    .response((head, content) -> relay.apply(answer(head, guard.watchContent(content.asByteArray()))))
                    .then()
                    .transform(guard::watchExchange)
                    .onErrorMap(failure -> guard.hasAnswered() ? failure : beforeAnswer(engine, failure));
        });
    }

    /** A small question to an engine, such as whether it is ready. */
    public Mono<ProbeAnswer> probe(URI engine, String path) {
        return http.get()
                .uri(engine.resolve(path))
                .response((head, content) -> content.asByteArray()
                        .collect(ByteArrayOutputStream::new, EngineClient::appendBounded)
                        .map(bytes -> new ProbeAnswer(head.status().code(), bytes.toString(StandardCharsets.UTF_8))))
                .single()
                .onErrorMap(failure -> beforeAnswer(engine, failure));
    }

    @Override
    public void destroy() {
        // The event loops may have stopped already, and the connections with them.
        connections.disposeLater().onErrorComplete().subscribe();
    }

    private void writeHeaders(CompletionRequest request, io.netty.handler.codec.http.HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .set(HttpHeaderNames.CONTENT_LENGTH, request.body().byteCount())
                .set(
                        HttpHeaderNames.ACCEPT,
                        request.stream() ? HttpHeaderValues.TEXT_EVENT_STREAM : HttpHeaderValues.APPLICATION_JSON)
                .set(HttpHeaderNames.USER_AGENT, "weir")
                .set("x-request-id", request.id());
        request.traceHeaders().forEach(headers::set);
        if (limits.proxySecret() != null) {
            headers.set("x-weir-proxy-secret", limits.proxySecret().value())
                    .set("x-weir-tenant", request.share().tenant())
                    .set("x-weir-tenant-weight", request.share().weight());
        }
    }

    private static EngineAnswer answer(HttpClientResponse head, Flux<byte[]> content) {
        Flux<byte[]> named = content.onErrorMap(failure -> failure instanceof UpstreamFailure
                ? failure
                : new UpstreamFailure(Kind.BROKEN_OFF, "it closed the connection in the middle of its answer"));
        return new EngineAnswer(head.status().code(), EndToEndHeaders.of(head.responseHeaders()), named);
    }

    private static Throwable beforeAnswer(URI engine, Throwable failure) {
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
