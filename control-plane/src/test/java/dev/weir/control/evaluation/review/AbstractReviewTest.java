package dev.weir.control.evaluation.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.evaluation.EvaluationFailure;
import dev.weir.control.evaluation.QualityEvent.Scored;
import dev.weir.control.evaluation.QualityEvent.Subject;
import dev.weir.control.evaluation.archive.GoldenArchive;
import dev.weir.control.evaluation.archive.GoldenVersion;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.live.LiveAnswer;
import dev.weir.control.evaluation.live.LivePolicy;
import dev.weir.control.evaluation.review.BadAnswers.BadAnswer;
import dev.weir.control.evaluation.run.ModelServer;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.StorageConfig;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What people look at and what they say, in whichever database. */
abstract class AbstractReviewTest {
    /** A Saturday. */
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

    private static final ReviewPolicy POLICY = new ReviewPolicy(Set.of("acme"), 20, 4, "reviewed", Duration.ofDays(28));
    private static final LivePolicy JUDGED = new LivePolicy("arbiter", 1, 60, 0.5, List.of(), 0.6);

    private Instant now = START;
    private ReviewPolicy policy = POLICY;
    private Database database;
    private ReviewSampler sampler;
    private GoldenArchive sets;
    private Corrections corrections;
    private ReviewDesk desk;

    abstract StorageConfig storage();

    @BeforeEach
    void open() {
        database = new Database(storage());
        sampler = sampler();
        sets = new GoldenArchive(database, () -> now);
        corrections = new Corrections(database, sets, () -> policy, () -> now);
        desk = new ReviewDesk(database, corrections, () -> now);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private ReviewSampler sampler() {
        return new ReviewSampler(database, () -> policy, () -> JUDGED, () -> now);
    }

    private static JsonNode question(String text) {
        return JsonMapper.shared()
                .createArrayNode()
                .add(JsonMapper.shared().createObjectNode().put("role", "user").put("content", text));
    }

    private void answered(ReviewSampler by, int number, String tenant, double quality) {
        Subject subject = new Subject("call-" + number, "request-" + number, tenant, "m", "r1/candidate", now);
        by.over(
                new LiveAnswer(subject, question("question " + number), "answer " + number, "stop"),
                new Scored(subject, quality < 0.5, quality, quality >= 0.5, "arbiter@1", "so"));
    }

    private long count(String condition) {
        return database.jdbc()
                .sql("select count(*) from review_item where " + condition)
                .query(Long.class)
                .single();
    }

    private void weekEnds() {
        now = now.plus(Duration.ofDays(2));
        sampler.turn();
    }

    /** A sample of the answers of a week, of which every tenth leaves the judge in doubt. */
    private void aWeekOfAnswers() {
        ReviewSampler other = sampler();
        for (int i = 0; i < 1000; i++) {
            answered(i % 2 == 0 ? sampler : other, i, i % 3 == 0 ? "umbrella" : "acme", i % 10 == 0 ? 0.52 : 1);
            if (i % 50 == 0) {
                sampler.turn();
                other.turn();
            }
        }
        other.turn();
        weekEnds();
    }

    @Test
    void twoReplicasDrawOneSampleOfTenantsWhoAllowItHalfOfItByDoubt() {
        aWeekOfAnswers();
        assertThat(count("uniform_rank is not null")).isEqualTo(10);
        assertThat(count("uncertain_rank is not null")).isEqualTo(10);
        assertThat(count("tenant <> 'acme'")).isZero();
        assertThat(count("grades_needed = 2")).isEqualTo(4);
        // One in ten is in doubt, and weighs twenty times as much as one that is not.
        assertThat(count("uncertain_rank is not null and call_id like '%0'")).isGreaterThan(4);
        assertThat(count("grades_needed = 0")).isZero();
    }

    @Test
    void anAnswerWithTwoKeysNeedsTwoPeopleAndEveryOtherOne() {
        aWeekOfAnswers();
        long all = count("1 = 1");
        assertThat(desk.waitingCount("user:ann")).isEqualTo(all);
        desk.waitingFor("user:ann").forEach(task -> desk.give(task.id(), "user:ann", Opinion.of("c4s", null, null)));
        assertThat(desk.waitingFor("user:ann")).isEmpty();
        List<ReviewDesk.Task> second = desk.waitingFor("user:ben");
        assertThat(second).hasSize(4);
        String id = second.getFirst().id();
        assertThatThrownBy(() -> desk.give(id, "user:ann", Opinion.of("c4s", null, null)))
                .isInstanceOf(EvaluationFailure.class)
                .hasMessageContaining("you have graded");
        desk.give(id, "user:ben", Opinion.of("i2x", null, "made up"));
        assertThatThrownBy(() -> desk.give(id, "user:cy", Opinion.of("c4s", null, null)))
                .isInstanceOf(EvaluationFailure.class)
                .hasMessageContaining("all the grades");
        second.subList(1, 4).forEach(task -> desk.give(task.id(), "user:ben", Opinion.of("c4s", null, null)));

        ReviewReport report = new ReviewReports(database, () -> now).all().getFirst();
        assertThat(report.gradedCount()).isEqualTo((int) all);
        assertThat(report.disputedCount()).isEqualTo(1);
        assertThat(report.unsafeCount()).isEqualTo(1);
        assertThat(report.people().accuracy().count()).isEqualTo(4);
        assertThat(report.people().helpfulness().count()).isEqualTo(4);
        // The disputed answer has no label; all others of the uniform half are right.
        assertThat(report.correct()).isNotNull();
        assertThat(report.correct().count()).isEqualTo(9);
        assertThat(report.correct().share()).isEqualTo(1);
        assertThat(report.judges()).hasSize(1).hasEntrySatisfying("arbiter@1", judge -> {
            assertThat(judge.agreement().count()).isEqualTo(9);
            // Two thirds of the thousand are this tenant's; the judge passes all of them.
            assertThat(judge.accuracy()).isNotNull();
            assertThat(judge.accuracy().judgedCount()).isEqualTo(666 - 9);
            assertThat(judge.accuracy().judgedShare()).isEqualTo(1);
            assertThat(judge.accuracy().share()).isEqualTo(1);
        });
    }

    @Test
    void aCorrectionNeedsSomebodyElseAndBecomesPartOfTheNextVersion() {
        aWeekOfAnswers();
        List<ReviewDesk.Task> tasks = desk.waitingFor("user:ann");
        String one = propose(tasks.get(0), "46 euros");
        String other = propose(tasks.get(1), "no");
        assertThatThrownBy(() -> corrections.decide(one, true, "user:ann", ""))
                .isInstanceOf(EvaluationFailure.class)
                .hasMessageContaining("somebody else");
        assertThatThrownBy(() -> corrections.publish("user:ben", "")).hasMessageContaining("no correction is approved");
        assertThatThrownBy(() -> corrections.decide(other, false, "user:ben", " "))
                .hasMessageContaining("say why");
        corrections.decide(one, true, "user:ben", "");
        corrections.decide(other, false, "user:ben", "it was right");
        GoldenVersion version = corrections.publish("user:ben", "week 47");
        assertThat(version.setName()).isEqualTo("reviewed");
        GoldenCase added = sets.cases(version.hash()).cases().getFirst();
        assertThat(added.reference()).isEqualTo("46 euros");
        assertThat(added.question()).startsWith("question ");
        assertThat(corrections.in(Corrections.State.PUBLISHED))
                .singleElement()
                .satisfies(proposal -> assertThat(proposal.goldenHash()).isEqualTo(version.hash()));
        assertThatThrownBy(() -> corrections.decide(one, false, "user:cy", "no"))
                .hasMessageContaining("already");
    }

    private String propose(ReviewDesk.Task task, String correction) {
        String id = desk.give(task.id(), "user:ann", Opinion.of("i1s", correction, null))
                .proposalId();
        assertThat(id).isNotNull();
        return id;
    }

    private BadAnswers badAnswers(ModelServer server) {
        return new BadAnswers(
                database,
                () -> policy,
                server,
                arm -> arm.startsWith("r1/") ? Optional.of("m-before") : Optional.empty());
    }

    private void judged(BadAnswers by, int number, String tenant, String arm, double quality) {
        Subject subject = new Subject("call-" + number, "request-" + number, tenant, "m", arm, now);
        by.over(
                new LiveAnswer(subject, question("question " + number), "answer " + number, "stop"),
                new Scored(subject, quality < 0.5, quality, quality >= 0.5, "arbiter@1", "reason " + number));
    }

    @Test
    void theWorstAnswersOfARolloutAreKeptWithTheirReasonsWhereTheTenantAllowsIt() {
        try (ModelServer nobody = new ModelServer(
                _ -> {
                    throw new IOException("no engine has it");
                },
                null,
                Duration.ofSeconds(1),
                () -> 0,
                _ -> {})) {
            BadAnswers worst = badAnswers(nobody);
            for (int i = 0; i < 40; i++) {
                judged(worst, i, "acme", "r1/candidate", 0.4 - i / 1000.0);
            }
            judged(worst, 100, "acme", "r1/candidate", 0.9);
            judged(worst, 101, "umbrella", "r1/candidate", 0.1);
            judged(worst, 102, "acme", "an-experiment/b", 0.1);
            List<BadAnswer> kept = worst.of("r1/candidate");
            assertThat(kept).hasSize(20).isSortedAccordingTo(Comparator.comparingDouble(BadAnswer::quality));
            assertThat(kept.getFirst().callId()).isEqualTo("call-39");
            assertThat(kept.getFirst().reason()).isEqualTo("reason 39");
            assertThat(kept.getFirst().conversation()).contains("question 39");
            assertThat(kept.getFirst().baselineAnswer()).isNull();
            assertThat(kept.getFirst()).hasToString("BadAnswer[call-39]");
            assertThat(database.jdbc()
                            .sql("select count(*) from bad_answer")
                            .query(Long.class)
                            .single())
                    .isEqualTo(20);
            policy = new ReviewPolicy(Set.of("umbrella"), 20, 4, "reviewed", Duration.ofDays(28));
            sampler.turn();
            assertThat(worst.of("r1/candidate")).isEmpty();
        }
    }

    @Test
    void whatACandidateSaysInTheShadowIsTheCallersBesideWhatTheCallerSaw() {
        try (ModelServer nobody = new ModelServer(
                _ -> {
                    throw new IOException("nobody is to be asked");
                },
                null,
                Duration.ofSeconds(1),
                () -> 0,
                _ -> {})) {
            BadAnswers worst = badAnswers(nobody);
            shadowed(worst, 1, "acme", false);
            shadowed(worst, 2, "acme", true);
            shadowed(worst, 3, "umbrella", false);
            assertThat(worst.of("r1/candidate")).singleElement().satisfies(kept -> {
                assertThat(kept.callId()).isEqualTo("call-1");
                assertThat(kept.answer()).isEqualTo("a copy's answer 1");
                assertThat(kept.baselineAnswer()).isEqualTo("the caller's answer 1");
            });
            policy = new ReviewPolicy(Set.of("umbrella"), 20, 4, "reviewed", Duration.ofDays(28));
            sampler.turn();
            assertThat(worst.of("r1/candidate"))
                    .as("the caller's tenant does not allow it any more")
                    .isEmpty();
        }
    }

    private void shadowed(BadAnswers by, int number, String tenant, boolean good) {
        Subject copy = new Subject("call-" + number, "copy-of-call-" + number, "weir-shadow", "m", "r1/shadow", now);
        Subject call = new Subject("call-" + number, "request-" + number, tenant, "m-before", "r1/baseline", now);
        LiveAnswer baseline =
                new LiveAnswer(call, question("question " + number), "the caller's answer " + number, "stop");
        by.inShadow(
                "r1/candidate",
                new LiveAnswer(copy, question("question " + number), "a copy's answer " + number, "stop"),
                new Scored(copy, !good, good ? 0.9 : 0.2, good, "arbiter@1", "reason " + number),
                baseline);
    }

    @Test
    void whatWasSaidIsForgottenAndGradesAreNot() {
        aWeekOfAnswers();
        ReviewDesk.Task graded = desk.waitingFor("user:ann").getFirst();
        desk.give(graded.id(), "user:ann", Opinion.of("c5s", null, null));
        now = now.plus(Duration.ofDays(36));
        sampler.turn();
        assertThat(count("answer <> '' or conversation <> ''")).isZero();
        assertThat(count("1 = 1")).isEqualTo(1);
    }

    @Test
    void whoDoesNotAllowItAnyMoreIsForgottenAtOnce() {
        aWeekOfAnswers();
        policy = new ReviewPolicy(Set.of(), 20, 4, "reviewed", Duration.ofDays(28));
        sampler.turn();
        assertThat(count("1 = 1")).isZero();
    }
}
