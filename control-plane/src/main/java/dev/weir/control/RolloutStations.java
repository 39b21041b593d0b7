package dev.weir.control;

import dev.weir.control.accounting.CallRates;
import dev.weir.control.admin.RolloutEndpoints;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.evaluation.StartGate;
import dev.weir.control.evaluation.StartGate.Clearance;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.rollout.Effect;
import dev.weir.control.rollout.journal.Leadership;
import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.rollout.live.LiveCounts;
import dev.weir.control.rollout.live.RolloutDesk;
import dev.weir.control.rollout.live.RolloutLoop;
import dev.weir.control.rollout.live.RolloutStore;
import dev.weir.control.rollout.live.VersionProbes;
import dev.weir.control.storage.Database;
import java.time.InstantSource;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Wires rollouts to what they roll out. */
@Configuration(proxyBeanMethods = false)
class RolloutStations {
    private static final Logger log = LoggerFactory.getLogger(RolloutStations.class);

    @Bean
    RolloutStore rolloutStore(Database database) {
        return RolloutStore.in(database);
    }

    @Bean
    ArmWeights armWeights(RolloutStore store) {
        return new ArmWeights(store.journal());
    }

    @Bean
    LiveCounts liveCounts(ArmWeights weights) {
        return new LiveCounts(weights, System::nanoTime);
    }

    @Bean
    RolloutLoop rolloutLoop(
            RolloutStore store,
            LiveCounts counts,
            ArmWeights weights,
            Fleet fleet,
            WeirConfig config,
            InstantSource clock,
            Scheduler timer) {
        VersionProbes probes = new VersionProbes(
                model -> Mono.just(isReady(fleet, model)),
                config.rollout().tick(),
                config.rollout().probeMax(),
                System::nanoTime,
                timer);
        return new RolloutLoop(
                store,
                counts,
                weights,
                probes,
                new Leadership(
                        store.database(),
                        UUID.randomUUID().toString(),
                        config.rollout().lease()),
                RolloutStations::tell,
                config.rollout(),
                clock,
                System::nanoTime,
                timer);
    }

    private static boolean isReady(Fleet fleet, String model) {
        return fleet.snapshot().ready().stream().anyMatch(engine -> engine.has(model));
    }

    private static void tell(Effect effect) {
        if (effect instanceof Effect.Alert(var severity, var sentence)) {
            log.warn("{}: {}", severity, sentence);
        }
    }

    @Bean
    RolloutDesk rolloutDesk(
            RolloutStore store, ChangeLog changes, ObjectProvider<StartGate> gate, Scheduler timer) {
        return new RolloutDesk(store, changes, gate.getIfAvailable(() -> RolloutStations::unevaluated), timer);
    }

    /** Of a Weir that evaluates nothing: whoever plans a rollout answers for it. */
    private static Clearance unevaluated(String baseline, String candidate) {
        return new Clearance.Overridden("configuration", "there are no evaluations here");
    }

    @Bean
    RolloutEndpoints rolloutEndpoints(
            RolloutStore store,
            RolloutDesk desk,
            ArmWeights weights,
            Database database,
            InstantSource clock,
            Fleet fleet,
            LiveConfiguration<Policy> policy) {
        return new RolloutEndpoints(
                store,
                desk,
                weights,
                new CallRates(database, clock),
                fleet,
                () -> policy.current().value().routing());
    }
}
