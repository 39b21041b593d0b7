package dev.weir.control.alerting;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** Looks every quarter of a minute at what was answered, judges it, and has told what is due. */
public final class AlertRounds implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(AlertRounds.class);
    private static final Duration EVERY = Duration.ofSeconds(15);
    private static final String SLO = "availability";

    private final Supplier<RequestCounts> counts;
    private final DoubleSupplier objective;
    private final AlertBook book;
    private final Watches watches;
    private final Herald herald;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private @Nullable Disposable rounds;
    private RequestCounts last = new RequestCounts(0, 0);
    private double lastObjective;
    private @Nullable BurnRate burnRate;

    /**
     * Rounds that begin with {@link #start}.
     *
     * @param counts as they are now
     * @param objective the share of good requests that is promised now
     * @param watches for whatever else may be wrong
     * @param scheduler whose threads may wait
     */
    public AlertRounds(
            Supplier<RequestCounts> counts,
            DoubleSupplier objective,
            List<Watch> watches,
            AlertBook book,
            Herald herald,
            InstantSource clock,
            Scheduler scheduler) {
        this.counts = counts;
        this.objective = objective;
        this.book = book;
        this.watches = new Watches(watches, book);
        this.herald = herald;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /**
     * How fast the error budget is spent: 1 spends just all of it.
     *
     * @param objective the share of good requests that is promised
     */
    public record Burn(String slo, double objective, double lastFiveMinutes, double lastHour, double lastDay) {}

    /** As it was at the last look. */
    public synchronized Burn burn() {
        BurnRate watch = burnRate;
        return watch == null
                ? new Burn(SLO, objective.getAsDouble(), 0, 0, 0)
                : new Burn(
                        SLO,
                        lastObjective,
                        watch.rate(Duration.ofMinutes(5)),
                        watch.rate(Duration.ofHours(1)),
                        watch.rate(Duration.ofDays(1)));
    }

    /** One look, and what follows from it. */
    public synchronized void round() {
        Instant now = clock.instant();
        RequestCounts seen = counts.get();
        double promised = objective.getAsDouble();
        BurnRate watch = burnRate;
        if (watch == null || promised != lastObjective) {
            watch = new BurnRate(SLO, promised);
            burnRate = watch;
            lastObjective = promised;
        }
        long requests = Math.max(0, seen.requestCount() - last.requestCount());
        watch.saw(now, requests, Math.clamp(seen.badCount() - last.badCount(), 0, requests));
        last = seen;
        watch.judge(now, book);
        watches.look(now);
        try {
            herald.round();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            log.warn("alerts could not be told: {}", failure.getMessage());
        }
    }

    @Override
    public synchronized void start() {
        rounds = scheduler.schedulePeriodically(this::round, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void stop() {
        if (rounds != null) {
            rounds.dispose();
            rounds = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return rounds != null;
    }
}
