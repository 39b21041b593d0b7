package dev.weir.control.upstream;

import dev.weir.control.upstream.UpstreamFailure.Kind;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * Ends an answer that has come to a standstill, and knows whose fault it is.
 *
 * <p>A plain timeout between two pieces would blame the engine for a slow client: with back-pressure the engine's next piece stays in
 * the socket until the client wants it. So the time counts against the engine only while something is asked of it, and against the
 * client otherwise.
 */
final class FlowGuard {
    /** A standstill is noticed late by at most this part of its limit. */
    private static final int LOOKS_PER_LIMIT = 8;

    private final UpstreamConfig limits;
    private final Scheduler timer;
    private final AtomicLong wantedCount = new AtomicLong();
    private volatile long lastEventNanos;

    private FlowGuard(UpstreamConfig limits, Scheduler timer) {
        this.limits = limits;
        this.timer = timer;
        this.lastEventNanos = timer.now(TimeUnit.NANOSECONDS);
    }

    static <T> Flux<T> watch(Flux<T> content, UpstreamConfig limits, Scheduler timer) {
        return Flux.defer(() -> {
            FlowGuard guard = new FlowGuard(limits, timer);
            return content.doOnRequest(guard::wanted)
                    .doOnNext(_ -> guard.arrived())
                    .takeUntilOther(guard.alarm());
        });
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

    /** Fails or stays silent; never completes, because completing would end the answer as if it were whole. */
    private Mono<Void> alarm() {
        Duration shorter =
                limits.silenceMax().compareTo(limits.stallMax()) < 0 ? limits.silenceMax() : limits.stallMax();
        return Flux.interval(shorter.dividedBy(LOOKS_PER_LIMIT), timer)
                .onBackpressureDrop()
                .<Void>handle((_, sink) -> {
                    Duration still = Duration.ofNanos(timer.now(TimeUnit.NANOSECONDS) - lastEventNanos);
                    if (wantedCount.get() > 0 && still.compareTo(limits.silenceMax()) >= 0) {
                        sink.error(new UpstreamFailure(
                                Kind.SILENT,
                                "the engine sent nothing for "
                                        + limits.silenceMax().toMillis() + " ms"));
                    } else if (wantedCount.get() == 0 && still.compareTo(limits.stallMax()) >= 0) {
                        sink.error(new UpstreamFailure(
                                Kind.CLIENT_STALLED,
                                "the client read nothing for "
                                        + limits.stallMax().toMillis() + " ms"));
                    }
                })
                .then();
    }
}
