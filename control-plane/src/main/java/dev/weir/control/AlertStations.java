package dev.weir.control;

import dev.weir.control.ServiceAlerts.JudgeTrust;
import dev.weir.control.ServiceAlerts.Spent;
import dev.weir.control.admin.AlertEndpoints;
import dev.weir.control.alerting.AlertBook;
import dev.weir.control.alerting.AlertChannel;
import dev.weir.control.alerting.AlertPolicy;
import dev.weir.control.alerting.AlertRounds;
import dev.weir.control.alerting.Herald;
import dev.weir.control.alerting.HttpChannel;
import dev.weir.control.alerting.LogChannel;
import dev.weir.control.alerting.RequestCounts;
import dev.weir.control.alerting.Watch;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.drift.DriftReports;
import dev.weir.control.drift.RateWatch;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.quota.Limit;
import dev.weir.control.quota.LimitBook;
import dev.weir.control.quota.Quota;
import dev.weir.control.rollout.live.RolloutStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Schedulers;

/** Wires what tells people that something is wrong. */
@Configuration(proxyBeanMethods = false)
class AlertStations {
    /** Twice as long as a channel may go without being told again: one round may fail. */
    private static final int REPEATS_MISSED_MAX = 2;

    private static final int ROLLOUTS_MAX = 50;

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
            ObjectProvider<Watch> watches,
            AlertBook book,
            Herald herald,
            InstantSource clock) {
        return new AlertRounds(
                () -> counts(meters),
                () -> policy.current().value().alerts().availability(),
                watches.orderedStream().toList(),
                book,
                herald,
                clock,
                Schedulers.boundedElastic());
    }

    @Bean
    Watch rolloutWatch(RolloutStore rollouts, MeterRegistry meters) {
        return new RolloutAlerts(
                () -> rollouts.journal().latest(ROLLOUTS_MAX),
                () -> counts(meters).requestCount());
    }

    @Bean
    Watch engineWatch(Fleet fleet) {
        return now -> ServiceAlerts.engines(fleet.snapshot().engines(), now);
    }

    @Bean
    Watch budgetWatch(LimitBook limits, Quota quota) {
        return now -> ServiceAlerts.budgets(
                limits.all().stream()
                        .filter(Limit::isBudget)
                        .map(limit -> new Spent(limit, quota.spent(limit)))
                        .toList(),
                now);
    }

    @Bean
    Watch driftAlerts(DriftReports reports, RateWatch rates) {
        return now -> ServiceAlerts.drift(reports.today(), rates.all(), now);
    }

    @Bean
    JudgeTrust judgeTrust() {
        return new JudgeTrust();
    }

    @Bean
    Watch judgeWatch(JudgeTrust trust) {
        return trust::wrong;
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
