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
 * <p>The two also end differently. A silent engine fails its content, which another engine may go on with, or a last word to the client can
 * follow. For a stalled client no word would get through, so the whole exchange is cut off. What the client reads may come from several
 * engines, one after the other; each is watched by itself.
 */
final class FlowGuard {
    /** A standstill is noticed late by at most this part of its limit. */
    private static final int LOOKS_PER_LIMIT = 8;

    private final UpstreamConfig limits;
    private final Scheduler timer;
    private final Demand read = new Demand();

    FlowGuard(UpstreamConfig limits, Scheduler timer) {
        this.limits = limits;
        this.timer = timer;
    }

    /** What one engine sends, which fails when it falls silent in the middle of it. */
    <T> Flux<T> watchEngine(Flux<T> content) {
        Demand demand = new Demand();
        demand.touch();
        return demand.count(content).takeUntilOther(alarm(limits.silenceMax(), () -> silence(demand)));
    }

    /** An answer until it begins. */
    <T> Flux<T> watchBeginning(Flux<T> answer) {
        return answer.timeout(
                Mono.delay(limits.firstByteMax(), timer),
                _ -> Mono.never(),
                Mono.error(() ->
                        failure(Kind.FIRST_BYTE_TIMEOUT, "the engine did not begin to answer", limits.firstByteMax())));
    }

    /** What the client reads. */
    <T> Flux<T> watchReader(Flux<T> content) {
        read.touch();
        return read.count(content);
    }

    /** The exchange, which is cut off when the client reads no more of it, or when it takes too long in all. */
    Mono<Void> watchExchange(Mono<Void> exchange) {
        Mono<Void> tooLong = Mono.delay(limits.totalMax(), timer)
                .then(Mono.error(() -> failure(Kind.TOTAL_TIMEOUT, "the answer was not whole", limits.totalMax())));
        // The alarms never complete, so either the exchange comes to its end or an alarm cancels it.
        return Mono.firstWithSignal(exchange, tooLong, alarm(limits.stallMax(), this::stall));
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

    private @Nullable UpstreamFailure silence(Demand demand) {
        boolean silent = demand.isWanted() && demand.stillFor(limits.silenceMax());
        return silent ? failure(Kind.SILENT, "the engine sent nothing", limits.silenceMax()) : null;
    }

    private @Nullable UpstreamFailure stall() {
        boolean stalled = read.begun && !read.isWanted() && read.stillFor(limits.stallMax());
        return stalled ? failure(Kind.CLIENT_STALLED, "the client read nothing", limits.stallMax()) : null;
    }

    private static UpstreamFailure failure(Kind kind, String what, Duration limit) {
        return new UpstreamFailure(kind, what + " for " + limit.toMillis() + " ms");
    }

    /** How much of a stream is asked for and has not come, and when either last changed. */
    private final class Demand {
        private final AtomicLong wantedCount = new AtomicLong();
        private volatile boolean begun;
        private volatile long lastEventNanos;

        <T> Flux<T> count(Flux<T> content) {
            return content.doOnRequest(this::wanted).doOnNext(_ -> arrived());
        }

        void touch() {
            lastEventNanos = timer.now(TimeUnit.NANOSECONDS);
            begun = true;
        }

        boolean isWanted() {
            return wantedCount.get() > 0;
        }

        boolean stillFor(Duration limit) {
            return timer.now(TimeUnit.NANOSECONDS) - lastEventNanos >= limit.toNanos();
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
    }
}
