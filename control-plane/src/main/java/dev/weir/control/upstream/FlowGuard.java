package dev.weir.control.upstream;

import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * Ends an exchange that has come to a standstill, and knows whose fault it is.
 *
 * <p>A plain timeout between two pieces would blame the engine for a slow client: with back-pressure the engine's next piece stays in
 * the socket until the client wants it. So the time counts against the engine only while something is asked of it, and against the
 * client otherwise.
 *
 * <p>The two also end differently. A silent engine fails the content, behind which a last word to the client can follow. For a stalled
 * client no word would get through, so the whole exchange is cut off.
 */
final class FlowGuard {
    /** A standstill is noticed late by at most this part of its limit. */
    private static final int LOOKS_PER_LIMIT = 8;

    private final UpstreamConfig limits;
    private final Scheduler timer;
    private final AtomicLong wantedCount = new AtomicLong();
    private volatile boolean answered;
    private volatile long lastEventNanos;

    FlowGuard(UpstreamConfig limits, Scheduler timer) {
        this.limits = limits;
        this.timer = timer;
    }

    /** Whether the engine has begun to answer. */
    boolean hasAnswered() {
        return answered;
    }

    /** The content, which fails when the engine falls silent in the middle of it. */
    <T> Flux<T> watchContent(Flux<T> content) {
        answered = true;
        lastEventNanos = timer.now(TimeUnit.NANOSECONDS);
        return content.doOnRequest(this::wanted)
                .doOnNext(_ -> arrived())
                .takeUntilOther(alarm(limits.silenceMax(), this::silence));
    }

    /** The exchange, which is cut off when no answer begins or the client reads no more of it. */
    Mono<Void> watchExchange(Mono<Void> exchange) {
        Mono<Void> notAnswered =
                Mono.delay(limits.firstByteMax(), timer).flatMap(_ -> answered ? Mono.never() : Mono.error(late()));
        // The alarms never complete, so either the exchange comes to its end or an alarm cancels it.
        return Mono.firstWithSignal(exchange, Mono.when(notAnswered, alarm(limits.stallMax(), this::stall)));
    }

    private void wanted(long count) {
        if (wantedCount.getAndAccumulate(count, Operators::addCap) == 0) {
            lastEventNanos = timer.now(TimeUnit.NANOSECONDS);
        }
    }

    private void arrived() {
        wantedCount.updateAndGet(count -> count == Long.MAX_VALUE ? count : count - 1);
        lastEventNanos = timer.now(TimeUnit.NANOSECONDS);
    }

    /** Fails or stays silent; never completes, because completing would end what it watches as if it were whole. */
    private Mono<Void> alarm(Duration limit, Supplier<@Nullable UpstreamFailure> standstill) {
        return Flux.interval(limit.dividedBy(LOOKS_PER_LIMIT), timer)
                .onBackpressureDrop()
                .<Void>handle((_, sink) -> {
                    UpstreamFailure failure = standstill.get();
                    if (failure != null) {
                        sink.error(failure);
                    }
                })
                .then();
    }

    private @Nullable UpstreamFailure silence() {
        boolean silent = wantedCount.get() > 0 && stillFor(limits.silenceMax());
        return silent ? failure(Kind.SILENT, "the engine sent nothing", limits.silenceMax()) : null;
    }

    private @Nullable UpstreamFailure stall() {
        boolean stalled = answered && wantedCount.get() == 0 && stillFor(limits.stallMax());
        return stalled ? failure(Kind.CLIENT_STALLED, "the client read nothing", limits.stallMax()) : null;
    }

    private UpstreamFailure late() {
        return failure(Kind.FIRST_BYTE_TIMEOUT, "the engine did not begin to answer", limits.firstByteMax());
    }

    private boolean stillFor(Duration limit) {
        return timer.now(TimeUnit.NANOSECONDS) - lastEventNanos >= limit.toNanos();
    }

    private static UpstreamFailure failure(Kind kind, String what, Duration limit) {
        return new UpstreamFailure(kind, what + " for " + limit.toMillis() + " ms");
    }
}
