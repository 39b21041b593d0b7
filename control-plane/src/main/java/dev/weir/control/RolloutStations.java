package dev.weir.control;

import dev.weir.control.accounting.CallRates;
import dev.weir.control.accounting.Ledger;
import dev.weir.control.admin.AliasEndpoints;
import dev.weir.control.admin.JudgementEndpoints;
import dev.weir.control.admin.PostMortemEndpoints;
import dev.weir.control.admin.RolloutEndpoints;
import dev.weir.control.completion.AnswerWitness;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.evaluation.QualityListener;
import dev.weir.control.evaluation.StartGate;
import dev.weir.control.evaluation.StartGate.Clearance;
import dev.weir.control.evaluation.review.BadAnswers;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.ingress.AsideCalls;
import dev.weir.control.ingress.PromptStation;
import dev.weir.control.rollout.Effect;
import dev.weir.control.rollout.journal.Leadership;
import dev.weir.control.rollout.live.ArmJudgements;
import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.rollout.live.LiveCounts;
import dev.weir.control.rollout.live.NeededVersions;
import dev.weir.control.rollout.live.RecentRequests;
import dev.weir.control.rollout.live.RolloutDesk;
import dev.weir.control.rollout.live.RolloutLoop;
import dev.weir.control.rollout.live.RolloutStore;
import dev.weir.control.rollout.live.ShadowEvidence;
import dev.weir.control.rollout.live.ShadowPairs;
import dev.weir.control.rollout.live.SliceCounts;
import dev.weir.control.rollout.live.VersionProbes;
import dev.weir.control.rollout.trial.TrialArms;
import dev.weir.control.rollout.trial.TrialStore;
import dev.weir.control.routing.FirstTokenTimes;
import dev.weir.control.routing.PrefixPrices;
import dev.weir.control.routing.Versions;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.Rounds;
import dev.weir.control.upstream.Failover;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
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
    NeededVersions neededVersions(RolloutStore store, TrialStore trials) {
        return new NeededVersions(store, trials);
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
    RecentRequests recentRequests() {
        return new RecentRequests();
    }

    @Bean
    SliceCounts sliceCounts() {
        return new SliceCounts();
    }

    @Bean
    Versions versions(ArmWeights weights, TrialArms trials, LiveCounts counts, RecentRequests requests) {
        return new RolledOutVersions(weights, trials, counts, requests);
    }

    @Bean
    ShadowEvidence shadowEvidence(RecentRequests requests, LiveCounts counts, SliceCounts slices) {
        return new ShadowEvidence(requests, counts, slices);
    }

    @Bean
    ArmAnswers armAnswers(
            ArmWeights weights,
            LiveCounts counts,
            ShadowEvidence shadow,
            RecentRequests requests,
            SliceCounts slices,
            Ledger ledger) {
        ArmAnswers answers = new ArmAnswers(weights, counts, new ShadowPairs<>(shadow::answered), requests, slices);
        ledger.follow(answers);
        return answers;
    }

    @Bean
    AsideCalls asideCalls(
            Fleet fleet,
            PromptStation prompts,
            PrefixPrices prefixes,
            FirstTokenTimes times,
            Failover upstream,
            Ledger ledger,
            ArmAnswers shadows,
            AnswerWitness witness,
            WeirConfig config,
            MeterRegistry meters) {
        return new AsideCalls(
                fleet, prompts, prefixes, times, upstream, ledger, shadows, witness, config.ingress(), meters);
    }

    @Bean
    ArmJudgements armJudgements(RecentRequests requests, LiveCounts counts, SliceCounts slices) {
        return new ArmJudgements(requests, counts, slices);
    }

    @Bean
    QualityListener judgedArms(LiveCounts counts, ArmJudgements arms, ShadowEvidence shadow) {
        return new JudgedArms(counts, arms, shadow);
    }

    @Bean
    RolloutLoop rolloutLoop(
            RolloutStore store,
            LiveCounts counts,
            SliceCounts slices,
            ArmWeights weights,
            AsideCalls calls,
            WeirConfig config,
            InstantSource clock,
            Scheduler timer) {
        VersionProbes probes = new VersionProbes(
                calls::answers, config.rollout().tick(), config.rollout().probeMax(), System::nanoTime, timer);
        return new RolloutLoop(
                store,
                counts,
                slices,
                weights,
                probes,
                new Leadership(
                        store.database(),
                        UUID.randomUUID().toString(),
                        config.rollout().lease()),
                RolloutStations::tell,
                config.rollout(),
                clock,
                System::nanoTime);
    }

    @Bean
    Rounds rolloutBeats(RolloutLoop loop, WeirConfig config) {
        return Rounds.of("the driving of rollouts", config.rollout().beat(), loop::beat)
                .endingWith(loop::leave);
    }

    private static void tell(Effect effect) {
        if (effect instanceof Effect.Alert(var severity, var sentence)) {
            log.warn("{}: {}", severity, sentence);
        }
    }

    @Bean
    JudgementEndpoints judgementEndpoints(ArmJudgements arms) {
        return new JudgementEndpoints(arms);
    }

    @Bean
    PostMortemEndpoints postMortemEndpoints(RolloutStore store, BadAnswers worst) {
        return new PostMortemEndpoints(store, worst);
    }

    @Bean
    RolloutDesk rolloutDesk(
            RolloutStore store,
            ArmWeights weights,
            ChangeLog changes,
            ObjectProvider<StartGate> gate,
            Scheduler timer) {
        return new RolloutDesk(store, weights, changes, gate.getIfAvailable(() -> RolloutStations::unevaluated), timer);
    }

    /** Of a Weir that evaluates nothing: whoever plans a rollout answers for it. */
    private static Clearance unevaluated(String baseline, String candidate) {
        return new Clearance.Overridden("configuration", "there are no evaluations here");
    }

    @Bean
    AliasEndpoints aliasEndpoints(
            RolloutStore store, ArmWeights weights, Fleet fleet, LiveConfiguration<Policy> policy) {
        return new AliasEndpoints(
                store.database(),
                store.journal(),
                weights,
                fleet,
                () -> policy.current().value().routing());
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
