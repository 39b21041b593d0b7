package dev.weir.control;

import dev.weir.control.admin.AlertEndpoints;
import dev.weir.control.alerting.AlertBook;
import dev.weir.control.alerting.AlertChannel;
import dev.weir.control.alerting.AlertPolicy;
import dev.weir.control.alerting.AlertRounds;
import dev.weir.control.alerting.Herald;
import dev.weir.control.alerting.HttpChannel;
import dev.weir.control.alerting.LogChannel;
import dev.weir.control.alerting.RequestCounts;
import dev.weir.control.configuration.LiveConfiguration;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Schedulers;

/** Wires what tells people that something is wrong. */
@Configuration(proxyBeanMethods = false)
class AlertStations {
    /** Twice as long as a channel may go without being told again: one round may fail. */
    private static final int REPEATS_MISSED_MAX = 2;

    @Bean
    AlertBook alertBook(LiveConfiguration<Policy> policy, InstantSource clock) {
        return new AlertBook(() -> policy.current().value().alerts().repeatEvery(), clock);
    }

    @Bean
    Herald herald(AlertBook book, LiveConfiguration<Policy> policy, InstantSource clock) {
        Herald herald = new Herald(book);
        policy.follow(now -> herald.channels(channels(now.alerts(), clock)));
        return herald;
    }

    private static List<AlertChannel> channels(AlertPolicy policy, InstantSource clock) {
        List<AlertChannel> channels = new ArrayList<>();
        channels.add(new LogChannel());
        policy.channels()
                .forEach(channel -> channels.add(new HttpChannel(
                        channel.name(),
                        channel.url(),
                        channel.dialect(),
                        policy.repeatEvery().multipliedBy(REPEATS_MISSED_MAX),
                        clock)));
        return channels;
    }

    @Bean
    AlertRounds alertRounds(
            MeterRegistry meters,
            LiveConfiguration<Policy> policy,
            AlertBook book,
            Herald herald,
            InstantSource clock) {
        return new AlertRounds(
                () -> counts(meters),
                () -> policy.current().value().alerts().availability(),
                book,
                herald,
                clock,
                Schedulers.boundedElastic());
    }

    /** What a client left or got wrong is no fault of ours. */
    private static RequestCounts counts(MeterRegistry meters) {
        double requests = 0;
        double bad = 0;
        for (Counter counter : meters.find("weir.requests").counters()) {
            String status = String.valueOf(counter.getId().getTag("status"));
            requests += counter.count();
            bad += status.equals("broken") || status.startsWith("5") ? counter.count() : 0;
        }
        return new RequestCounts((long) requests, (long) bad);
    }

    @Bean
    AlertEndpoints alertEndpoints(AlertBook book, AlertRounds rounds, InstantSource clock) {
        return new AlertEndpoints(book, rounds, clock);
    }
}
