package dev.weir.control.ingress;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weir.control.upstream.ServerSentEvents;
import dev.weir.control.upstream.ServerSentEvents.Event;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * A response whose client may wait long for the first token of a stream: after a while it is sent a comment, and then another as often, so that
 * nobody between us takes the connection for dead. The stream's head goes out with the first. What fails behind it is an event and no status any
 * more, but no answer has begun: all that may be done before a client has seen one may still be done.
 *
 * <p>Thread-safety: from when the waiting begins, status and headers are the request's chain's own, and what the timer sends is as they were then.
 */
final class PatientResponse extends ServerHttpResponseDecorator {
    private static final byte[] COMMENT = ": waiting for the first token\n\n".getBytes(StandardCharsets.US_ASCII);

    private enum Phase {
        /** Nobody waits. */
        PLAIN,
        WAITING,
        /** The client has been told that we wait with it. */
        COMMENTING,
        ANSWERED
    }

    private final Dialect dialect;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.PLAIN);
    private final Sinks.One<Flux<Publisher<? extends DataBuffer>>> answer = Sinks.one();
    private final Sinks.Empty<Void> over = Sinks.empty();
    private final Disposable.Composite underWay = Disposables.composite();
    private @Nullable HttpHeaders headers;
    private @Nullable HttpStatusCode status;

    private PatientResponse(ServerWebExchange exchange) {
        super(exchange.getResponse());
        this.dialect = Dialect.of(exchange);
    }

    /** The exchange with such a response; {@link #close} it when it is over. */
    static ServerWebExchange in(ServerWebExchange exchange) {
        PatientResponse response = new PatientResponse(exchange);
        exchange.getAttributes().put(PatientResponse.class.getName(), response);
        return exchange.mutate().response(response).build();
    }

    static PatientResponse of(ServerWebExchange exchange) {
        return exchange.getRequiredAttribute(PatientResponse.class.getName());
    }

    /** The client waits from now on; what it is to be told of the waiting's reasons is in the headers. */
    void await(Duration every, Scheduler timer) {
        if (every.isPositive() && phase.compareAndSet(Phase.PLAIN, Phase.WAITING)) {
            HttpHeaders own = new HttpHeaders();
            super.getHeaders().forEach((name, values) -> own.put(name, new ArrayList<>(values)));
            headers = own;
            underWay.add(timer.schedule(() -> comment(every, timer), every.toNanos(), NANOSECONDS));
        }
    }

    private void comment(Duration every, Scheduler timer) {
        if (!phase.compareAndSet(Phase.WAITING, Phase.COMMENTING)) {
            return;
        }
        ServerHttpResponse told = getDelegate();
        told.setStatusCode(HttpStatus.OK);
        told.getHeaders().setContentType(MediaType.TEXT_EVENT_STREAM);
        StreamHeaders.set(told.getHeaders());
        Flux<Publisher<? extends DataBuffer>> comments = Flux.interval(Duration.ZERO, every, timer)
                .onBackpressureDrop()
                .<Publisher<? extends DataBuffer>>map(_ -> Mono.just(buffer(COMMENT)))
                .takeUntilOther(answer.asMono());
        underWay.add(told.writeAndFlushWith(comments.concatWith(answer.asMono().flatMapMany(events -> events)))
                .subscribe(_ -> {}, over::tryEmitError, over::tryEmitEmpty));
    }

    private DataBuffer buffer(byte[] bytes) {
        return bufferFactory().wrap(bytes);
    }

    @Override
    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
        return Mono.defer(() -> mayBegin() ? super.writeAndFlushWith(body) : goOn(Flux.from(body)));
    }

    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
        return Mono.defer(() -> mayBegin()
                ? super.writeWith(body)
                : goOn(DataBufferUtils.join(body)
                        .<Publisher<? extends DataBuffer>>map(this::event)
                        .flux()));
    }

    @Override
    public Mono<Void> setComplete() {
        return Mono.defer(() -> mayBegin() ? super.setComplete() : goOn(Flux.empty()));
    }

    /** Whether the head is still ours to send; then it is as the chain wants it. */
    private boolean mayBegin() {
        HttpHeaders own = headers;
        if (own == null) {
            return true;
        }
        boolean begins = phase.compareAndSet(Phase.WAITING, Phase.ANSWERED);
        if (begins) {
            getDelegate().setStatusCode(status);
            getDelegate().getHeaders().clear();
            getDelegate().getHeaders().putAll(own);
            headers = null;
        }
        return begins;
    }

    private Mono<Void> goOn(Flux<Publisher<? extends DataBuffer>> events) {
        phase.set(Phase.ANSWERED);
        answer.tryEmitValue(events);
        return over.asMono();
    }

    /** What was to be a whole answer, an error most likely. */
    private Publisher<DataBuffer> event(DataBuffer whole) {
        String json = whole.toString(StandardCharsets.UTF_8);
        DataBufferUtils.release(whole);
        return Mono.just(buffer(ServerSentEvents.bytes(new Event(dialect.translates() ? "error" : "", json))));
    }

    /** That we wait is no part of an answer. */
    @Override
    public boolean isCommitted() {
        return switch (phase.get()) {
            case PLAIN, ANSWERED -> super.isCommitted();
            case WAITING, COMMENTING -> false;
        };
    }

    @Override
    public HttpHeaders getHeaders() {
        HttpHeaders own = headers;
        return own == null ? super.getHeaders() : own;
    }

    @Override
    public boolean setStatusCode(@Nullable HttpStatusCode code) {
        if (headers == null) {
            return super.setStatusCode(code);
        }
        status = code;
        return true;
    }

    @Override
    public @Nullable HttpStatusCode getStatusCode() {
        return headers == null ? super.getStatusCode() : status;
    }

    /** Nobody waits any more. */
    void close() {
        underWay.dispose();
    }
}
