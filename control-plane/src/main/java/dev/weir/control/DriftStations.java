package dev.weir.control;

import dev.weir.control.accounting.FeedbackStore;
import dev.weir.control.accounting.TrafficReports;
import dev.weir.control.admin.DriftEndpoints;
import dev.weir.control.admin.TargetEndpoints;
import dev.weir.control.classification.Classifier;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.drift.DriftReports;
import dev.weir.control.drift.DriftStore;
import dev.weir.control.drift.DriftWatch;
import dev.weir.control.drift.RateWatch;
import dev.weir.control.evaluation.review.ReviewReports;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.Rounds;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what tells whether answers are still what they were, and what they should be. */
@Configuration(proxyBeanMethods = false)
class DriftStations {
    /** How long an answer that was drawn waits to be counted: not long, since many at a time keep a processor from requests. */
    private static final Duration DRIFT_EVERY = Duration.ofMillis(50);

    @Bean
    DriftStore driftStore(Database database) {
        return new DriftStore(database);
    }

    @Bean
    DriftWatch driftWatch(
            DriftStore store,
            Classifier classifier,
            CacheStations.Encoder encoder,
            LiveConfiguration<Policy> policy,
            InstantSource clock) {
        return new DriftWatch(
                store,
                classifier,
                encoder.sentences(),
                () -> policy.current().value().drift(),
                clock);
    }

    @Bean
    Rounds driftRounds(DriftWatch watch) {
        return Rounds.of("the writing of drift", DRIFT_EVERY, watch::round).endingWith(watch::turn);
    }

    @Bean
    DriftReports driftReports(DriftStore store, InstantSource clock) {
        return new DriftReports(store, clock);
    }

    @Bean
    RateWatch rateWatch(DriftStore store, InstantSource clock) {
        return new RateWatch(store, clock);
    }

    @Bean
    DriftEndpoints driftEndpoints(Database database, DriftReports reports, RateWatch rates) {
        return new DriftEndpoints(database, reports, rates);
    }

    @Bean
    TargetEndpoints targetEndpoints(
            Database database, ReviewReports reviews, RateWatch rates, FeedbackStore feedback, InstantSource clock) {
        return new TargetEndpoints(database, reviews, rates, new TrafficReports(database), feedback, clock);
    }
}
