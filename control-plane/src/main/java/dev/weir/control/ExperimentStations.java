package dev.weir.control;

import dev.weir.control.accounting.ArmLedger;
import dev.weir.control.accounting.Feedback;
import dev.weir.control.accounting.FeedbackStore;
import dev.weir.control.admin.ExperimentEndpoints;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.evaluation.QualityEvent;
import dev.weir.control.evaluation.QualityListener;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.ingress.Doorkeeper;
import dev.weir.control.ingress.FeedbackEndpoints;
import dev.weir.control.rollout.live.Arm;
import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.rollout.live.RolloutLoop;
import dev.weir.control.rollout.trial.TrialArms;
import dev.weir.control.rollout.trial.TrialDesk;
import dev.weir.control.rollout.trial.TrialLooks;
import dev.weir.control.rollout.trial.TrialStore;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.Rounds;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires experiments and bandits to the users that they are tried on. */
@Configuration(proxyBeanMethods = false)
class ExperimentStations {
    /** Who a judge of ours is among those who have an opinion. */
    private static final String JUDGE = "weir-judge";

    @Bean
    TrialStore trialStore(Database database) {
        return new TrialStore(database);
    }

    @Bean
    TrialArms trialArms(TrialStore store) {
        return new TrialArms(store);
    }

    @Bean
    FeedbackStore feedbackStore(Database database) {
        return new FeedbackStore(database);
    }

    @Bean
    FeedbackEndpoints feedbackEndpoints(
            Doorkeeper doorkeeper,
            Database database,
            FeedbackStore store,
            LiveConfiguration<Policy> policy,
            InstantSource clock) {
        return new FeedbackEndpoints(
                doorkeeper, database, store, () -> policy.current().value().feedback(), clock);
    }

    /** What judges say of answers on an arm of an experiment. They are told on threads that may wait. */
    @Bean
    QualityListener judgedTrials(FeedbackStore store, InstantSource clock) {
        return event -> {
            if (event instanceof QualityEvent.Scored scored) {
                String arm = scored.subject().arm();
                if (arm != null && Arm.rolloutOf(arm).isEmpty()) {
                    store.keep(
                            scored.subject().callId(),
                            JUDGE,
                            Feedback.ofJudge(scored.hallucinated(), !scored.pass()),
                            clock.instant());
                }
            }
        };
    }

    @Bean
    Rounds trialLooks(Database database, TrialStore store, RolloutLoop leader, WeirConfig config, InstantSource clock) {
        TrialLooks looks = new TrialLooks(database, store, new ArmLedger(database), leader::leads, clock);
        return Rounds.of("the looks at experiments", config.rollout().look(), looks::look);
    }

    @Bean
    ExperimentEndpoints experimentEndpoints(
            Database database,
            TrialStore store,
            ChangeLog changes,
            TrialArms arms,
            ArmWeights weights,
            Fleet fleet,
            LiveConfiguration<Policy> policy) {
        return new ExperimentEndpoints(
                database,
                store,
                new TrialDesk(store, changes, arms),
                weights,
                fleet,
                () -> policy.current().value().routing());
    }
}
