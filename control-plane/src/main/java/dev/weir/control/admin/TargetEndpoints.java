package dev.weir.control.admin;

import dev.weir.control.accounting.FeedbackStore;
import dev.weir.control.accounting.TrafficReports;
import dev.weir.control.accounting.TrafficReports.Times;
import dev.weir.control.drift.RateWatch;
import dev.weir.control.drift.Signal;
import dev.weir.control.evaluation.review.ReviewReports;
import dev.weir.control.statistics.Interval;
import dev.weir.control.statistics.Proportion;
import dev.weir.control.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** How Weir does beside what it is there to reach. */
@RestController
public final class TargetEndpoints {
    private static final Duration WINDOW = Duration.ofDays(7);
    private static final double ACCURACY_MIN = 0.92;
    private static final double HALLUCINATION_MAX = 0.03;
    private static final double P50_SECONDS_MAX = 1.5;
    private static final double P95_SECONDS_MAX = 4;
    private static final double P99_SECONDS_MAX = 8;
    private static final double SATISFACTION_MIN = 0.85;
    private static final double Z = 1.96;

    private final Database database;
    private final ReviewReports reviews;
    private final RateWatch rates;
    private final TrafficReports traffic;
    private final FeedbackStore feedback;
    private final InstantSource clock;

    public TargetEndpoints(
            Database database,
            ReviewReports reviews,
            RateWatch rates,
            TrafficReports traffic,
            FeedbackStore feedback,
            InstantSource clock) {
        this.database = database;
        this.reviews = reviews;
        this.rates = rates;
        this.traffic = traffic;
        this.feedback = feedback;
        this.clock = clock;
    }

    /**
     * A target beside what is.
     *
     * @param value null where nothing was measured
     * @param low with {@code high}, what a share is between with 95 %
     * @param atLeast whether the target is the least, or else the most
     * @param windowDays how far back it looks
     * @param sampleCount of answers that the value is from
     * @param source who says so
     */
    public record TargetStatus(
            String name,
            String unit,
            @Nullable Double value,
            @Nullable Double low,
            @Nullable Double high,
            double target,
            boolean atLeast,
            @Nullable Boolean met,
            int windowDays,
            long sampleCount,
            String source) {

        private static TargetStatus share(
                String name,
                double target,
                boolean atLeast,
                int windowDays,
                String source,
                Optional<Proportion> found) {
            Proportion share = found.orElse(null);
            Interval interval = share == null ? null : share.wilson(Z);
            return new TargetStatus(
                    name,
                    "share",
                    share == null ? null : (Double) share.share(),
                    interval == null ? null : (Double) interval.lower(),
                    interval == null ? null : (Double) interval.upper(),
                    target,
                    atLeast,
                    share == null ? null : (Boolean) (atLeast ? share.share() > target : share.share() < target),
                    windowDays,
                    share == null ? 0 : share.count(),
                    source);
        }

        private static TargetStatus seconds(String name, double target, double value, long count) {
            return new TargetStatus(
                    name,
                    "seconds",
                    count == 0 ? null : (Double) value,
                    null,
                    null,
                    target,
                    false,
                    count == 0 ? null : (Boolean) (value < target),
                    (int) WINDOW.toDays(),
                    count,
                    "the ledger: good answers, from request to end");
        }
    }

    @GetMapping("/admin/targets")
    Mono<List<TargetStatus>> targets() {
        return Refusals.ask(database, () -> {
            Instant from = clock.instant().minus(WINDOW);
            int days = (int) WINDOW.toDays();
            Times times = traffic.times(from, clock.instant());
            return List.of(
                    TargetStatus.share(
                            "accuracy",
                            ACCURACY_MIN,
                            true,
                            ReviewReports.WINDOW_DAYS,
                            "people, of a random sample",
                            reviews.correct()),
                    TargetStatus.share(
                            "hallucination",
                            HALLUCINATION_MAX,
                            false,
                            days,
                            "the judge, of the answers that it samples",
                            rates.since(Signal.HALLUCINATION, days)),
                    TargetStatus.seconds("latency-p50", P50_SECONDS_MAX, times.medianSeconds(), times.count()),
                    TargetStatus.seconds("latency-p95", P95_SECONDS_MAX, times.p95Seconds(), times.count()),
                    TargetStatus.seconds("latency-p99", P99_SECONDS_MAX, times.p99Seconds(), times.count()),
                    TargetStatus.share(
                            "satisfaction",
                            SATISFACTION_MIN,
                            true,
                            days,
                            "callers, by POST /v1/feedback",
                            Optional.of(feedback.thumbsSince(from))
                                    .filter(thumbs -> thumbs.count() > 0)
                                    .map(thumbs -> new Proportion(thumbs.upCount(), thumbs.count()))));
        });
    }
}
