package dev.weir.control;

import dev.weir.control.admin.EvaluationEndpoints;
import dev.weir.control.admin.GoldenSetEndpoints;
import dev.weir.control.admin.ReviewEndpoints;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.drift.DriftWatch;
import dev.weir.control.evaluation.QualityListener;
import dev.weir.control.evaluation.archive.GoldenArchive;
import dev.weir.control.evaluation.archive.RunArchive;
import dev.weir.control.evaluation.desk.ClearanceDesk;
import dev.weir.control.evaluation.desk.EvaluationRuns;
import dev.weir.control.evaluation.judge.Judge;
import dev.weir.control.evaluation.live.LiveAnswers;
import dev.weir.control.evaluation.live.LivePolicy;
import dev.weir.control.evaluation.live.OnlineJudge;
import dev.weir.control.evaluation.review.BadAnswers;
import dev.weir.control.evaluation.review.Corrections;
import dev.weir.control.evaluation.review.ReviewDesk;
import dev.weir.control.evaluation.review.ReviewReports;
import dev.weir.control.evaluation.review.ReviewSampler;
import dev.weir.control.evaluation.run.ModelServer;
import dev.weir.control.fleet.EngineView;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.rollout.journal.AliasWeight;
import dev.weir.control.rollout.live.Arm;
import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.rollout.live.LiveCounts;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.Rounds;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what tells whether models answer well. */
@Configuration(proxyBeanMethods = false)
class EvaluationStations {
    private static final Duration ANSWER_MAX = Duration.ofMinutes(5);
    /** How long an answer that was drawn waits to be written. */
    private static final Duration REVIEW_EVERY = Duration.ofMillis(250);

    @Bean
    GoldenArchive goldenArchive(Database database, InstantSource clock) {
        return new GoldenArchive(database, clock);
    }

    @Bean
    RunArchive runArchive(Database database, InstantSource clock) {
        return new RunArchive(database, clock);
    }

    /** Engines are asked directly: what evaluations ask is no tenant's, costs no budget, and is not evaluated in turn. */
    @Bean(destroyMethod = "close")
    ModelServer modelServer(Fleet fleet) {
        return new ModelServer(model -> readyEngine(fleet, model), null, ANSWER_MAX, System::nanoTime, Thread::sleep);
    }

    private static URI readyEngine(Fleet fleet, String model) throws IOException {
        var engines = fleet.snapshot().ready().stream()
                .filter(engine -> engine.has(model))
                .toList();
        if (engines.isEmpty()) {
            throw new IOException("no engine has the model " + model + " ready");
        }
        EngineView chosen = engines.get(ThreadLocalRandom.current().nextInt(engines.size()));
        return URI.create(chosen.engine().url().toString().replaceFirst("/$", "") + "/v1");
    }

    /** All that may answer: while engines have different ones under a name, what they say is nobody's but the mixture's. */
    private static Optional<String> weights(Fleet fleet, String model) {
        String told = fleet.snapshot().ready().stream()
                .flatMap(engine -> engine.versionOf(model).stream())
                .distinct()
                .sorted()
                .collect(Collectors.joining(","));
        return told.isEmpty() ? Optional.empty() : Optional.of(told);
    }

    @Bean(destroyMethod = "close")
    EvaluationRuns evaluationDesk(GoldenArchive sets, RunArchive runs, ModelServer server, Fleet fleet) {
        return new EvaluationRuns(sets, runs, server, model -> weights(fleet, model));
    }

    @Bean
    ClearanceDesk clearanceDesk(
            Database database,
            RunArchive runs,
            EvaluationRuns desk,
            LiveConfiguration<Policy> policy,
            InstantSource clock) {
        return new ClearanceDesk(
                database, runs, desk, () -> policy.current().value().startRules(), clock);
    }

    /** Whoever wants to hear of judged answers is a bean of type {@link QualityListener}. */
    @Bean
    OnlineJudge onlineJudge(
            LiveConfiguration<Policy> policy,
            ModelServer server,
            ObjectProvider<QualityListener> listeners,
            ReviewSampler reviews,
            DriftWatch drift,
            BadAnswers worst,
            LiveCounts counts,
            Fleet fleet,
            InstantSource clock) {
        SecureRandom random = new SecureRandom();
        return new OnlineJudge(
                () -> policy.current().value().judged(),
                model -> new Judge(model, Judge.formOf(model), server, () -> weights(fleet, model), random),
                listeners.orderedStream().toList(),
                reviews.and(drift).and(worst).and(new ShadowedAnswers(counts, worst)),
                clock);
    }

    @Bean
    BadAnswers badAnswers(Database database, LiveConfiguration<Policy> policy, ModelServer server, ArmWeights weights) {
        return new BadAnswers(
                database,
                () -> policy.current().value().reviewed(),
                server,
                arm -> Arm.of(arm)
                        .filter(Arm::candidate)
                        .flatMap(of -> weights.all().stream()
                                .filter(weight -> weight.rolloutId().equals(of.rolloutId()))
                                .findFirst()
                                .map(AliasWeight::baseline)));
    }

    @Bean
    ReviewSampler reviewSampler(Database database, LiveConfiguration<Policy> policy, InstantSource clock) {
        return new ReviewSampler(
                database,
                () -> policy.current().value().reviewed(),
                () -> policy.current().value().judged(),
                clock);
    }

    @Bean
    Rounds reviewRounds(ReviewSampler sampler) {
        return Rounds.of("the sample for review", REVIEW_EVERY, sampler::round).endingWith(sampler::turn);
    }

    /** What people may come to see is judged, too, so that it can be told how far the judge agrees with them. */
    @Bean
    LiveAnswers liveAnswers(
            LiveConfiguration<Policy> policy, OnlineJudge judge, ReviewSampler reviews, DriftWatch drift) {
        Supplier<LivePolicy> judged = () -> policy.current().value().judged();
        return new LiveAnswers(
                exchange -> judged.get().samples(exchange.callId())
                        || drift.samples(exchange.callId())
                        || reviews.wants(exchange),
                answer -> {
                    drift.saw(answer);
                    if (!judged.get().samples(answer.subject().callId()) && !reviews.wants(answer.subject())) {
                        return;
                    }
                    if (judged.get().judgeModel() == null) {
                        reviews.over(answer, null);
                    } else {
                        judge.take(answer);
                    }
                });
    }

    @Bean
    Corrections corrections(
            Database database, GoldenArchive sets, LiveConfiguration<Policy> policy, InstantSource clock) {
        return new Corrections(database, sets, () -> policy.current().value().reviewed(), clock);
    }

    @Bean
    ReviewReports reviewReports(Database database, InstantSource clock) {
        return new ReviewReports(database, clock);
    }

    @Bean
    ReviewEndpoints reviewEndpoints(
            Database database, Corrections corrections, ReviewReports reports, InstantSource clock) {
        return new ReviewEndpoints(database, new ReviewDesk(database, corrections, clock), corrections, reports);
    }

    @Bean
    GoldenSetEndpoints goldenSetEndpoints(Database database, GoldenArchive sets) {
        return new GoldenSetEndpoints(database, sets);
    }

    @Bean
    EvaluationEndpoints evaluationEndpoints(
            Database database, RunArchive runs, EvaluationRuns desk, ClearanceDesk clearances, ChangeLog changes) {
        return new EvaluationEndpoints(database, runs, desk, clearances, changes);
    }
}
