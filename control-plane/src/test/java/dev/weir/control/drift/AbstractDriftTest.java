package dev.weir.control.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.classification.Classifier;
import dev.weir.control.drift.DriftFinding.Cause;
import dev.weir.control.drift.DriftFinding.Scope;
import dev.weir.control.drift.DriftFinding.Verdict;
import dev.weir.control.drift.DriftFinding.Window;
import dev.weir.control.drift.DriftStore.Sign;
import dev.weir.control.evaluation.QualityEvent.Scored;
import dev.weir.control.evaluation.QualityEvent.Subject;
import dev.weir.control.evaluation.live.LiveAnswer;
import dev.weir.control.statistics.Proportion;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.StorageConfig;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Answers that change and answers that do not, in whichever database. */
abstract class AbstractDriftTest {
    /** A Friday. */
    private static final LocalDate TODAY = LocalDate.parse("2026-11-20");

    private static final int REFERENCE_DAYS = 28;
    private static final int WEEK_DAYS = 7;

    private final SplittableRandom random = new SplittableRandom(8);
    private final Map<Sign, Long> counts = new HashMap<>();
    private Database database;
    private DriftStore store;

    abstract StorageConfig storage();

    @BeforeEach
    void open() {
        database = new Database(storage());
        store = new DriftStore(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static Instant now() {
        return TODAY.atTime(10, 0).toInstant(ZoneOffset.UTC);
    }

    /** A day of answers: hard questions are answered at four times the length, and sometimes all answers are longer. */
    private void day(LocalDate day, int answerCount, double hardShare, double factor) {
        for (int i = 0; i < answerCount; i++) {
            boolean hard = random.nextDouble() < hardShare;
            int chars = (int) (Math.exp(random.nextGaussian() * 0.8 + 5 + (hard ? Math.log(4) : 0)) * factor);
            Cell cell = new Cell(day, "m", i % 2 == 0 ? "acme" : "umbrella", hard ? "complex" : "simple", 0);
            counts.merge(new Sign(cell, Signal.LENGTH, Signal.ofChars(chars)), 1L, Long::sum);
        }
    }

    private void reference(int answersPerDay, double hardShare) {
        for (int back = WEEK_DAYS + REFERENCE_DAYS; back > WEEK_DAYS; back--) {
            day(TODAY.minusDays(back), answersPerDay, hardShare, 1);
        }
    }

    private void week(int answersPerDay, double hardShare, double factor) {
        for (int back = WEEK_DAYS; back > 0; back--) {
            day(TODAY.minusDays(back), answersPerDay, hardShare, factor);
        }
    }

    private DriftFinding found(Window window) {
        store.add(counts);
        return new DriftReports(store, AbstractDriftTest::now)
                .all().stream()
                        .filter(finding -> finding.scope().equals(new Scope("m", Scope.ALL, Scope.ALL))
                                && finding.window() == window)
                        .findFirst()
                        .orElseThrow();
    }

    @Test
    void answersThatAreAsTheyWereAreSteady() {
        reference(600, 0.3);
        week(600, 0.3, 1);
        DriftFinding finding = found(Window.WEEK);
        assertThat(finding.verdict()).isEqualTo(Verdict.STEADY);
        assertThat(finding.all().index()).isLessThan(finding.all().indexByChance());
        assertThat(finding.groups()).hasSizeBetween(8, 10);
        assertThat(finding.groups())
                .allSatisfy(group -> assertThat(group.referenceShare()).isBetween(0.02, 0.25));
    }

    @Test
    void longerAnswersToTheSameQuestionsAreTheAnswersDoing() {
        reference(600, 0.3);
        week(600, 0.3, 1.8);
        DriftFinding finding = found(Window.DAY);
        assertThat(finding.verdict()).isEqualTo(Verdict.MOVED);
        assertThat(finding.cause()).isEqualTo(Cause.ANSWERS);
        assertThat(finding.givenInput()).isNotNull();
        assertThat(finding.givenInput().index()).isGreaterThan(0.1);
        assertThat(finding.all().jensenShannon()).isGreaterThan(finding.all().jensenShannonByChance());
    }

    @Test
    void harderQuestionsAreTheQuestionsDoing() {
        reference(600, 0.2);
        week(600, 0.8, 1);
        DriftFinding finding = found(Window.WEEK);
        assertThat(finding.verdict()).isEqualTo(Verdict.MOVED);
        assertThat(finding.cause()).isEqualTo(Cause.INPUT);
        assertThat(finding.givenInput()).isNotNull();
        assertThat(finding.givenInput().index()).isLessThan(0.02);
    }

    @Test
    void questionsThatNobodyAskedBeforeLeaveTheCauseOpen() {
        reference(600, 0);
        week(600, 0.9, 1);
        assertThat(found(Window.WEEK).cause()).isEqualTo(Cause.UNKNOWN);
    }

    @Test
    void aFewAnswersTellNothing() {
        reference(600, 0.3);
        week(50, 0.3, 3);
        assertThat(found(Window.WEEK).verdict()).isEqualTo(Verdict.TOO_FEW);
    }

    private void judged(LocalDate day, String judge, double goodShare) {
        Cell cell = new Cell(day, "m", "acme", "simple", 0);
        for (int tenth = 0; tenth < 10; tenth++) {
            double share = tenth < 5 ? 1 - goodShare : goodShare;
            counts.put(new Sign(cell, Signal.QUALITY, judge, Integer.toString(tenth)), Math.round(200 * share));
        }
        counts.put(new Sign(cell, Signal.HALLUCINATION, judge, "yes"), Math.round(1000 * (1 - goodShare)));
        counts.put(new Sign(cell, Signal.HALLUCINATION, judge, "no"), Math.round(1000 * goodShare));
    }

    @Test
    void anotherJudgeIsNotComparedWithTheOneBefore() {
        for (int back = WEEK_DAYS + REFERENCE_DAYS; back > WEEK_DAYS; back--) {
            judged(TODAY.minusDays(back), "old@1", 0.9);
        }
        for (int back = WEEK_DAYS; back >= 0; back--) {
            judged(TODAY.minusDays(back), "old@1", 0.9);
            judged(TODAY.minusDays(back), "new@1", 0.4);
        }
        store.add(counts);
        List<DriftFinding> findings = new DriftReports(store, AbstractDriftTest::now).all();
        assertThat(findings)
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.judgeVersion()).isEqualTo("old@1"))
                .allSatisfy(finding -> assertThat(finding.verdict()).isEqualTo(Verdict.STEADY));
        RateWatch rates = new RateWatch(store, AbstractDriftTest::now);
        assertThat(rates.all()).extracting(RateWatch.Rate::judgeVersion).contains("old@1", "new@1");
        assertThat(rates.all()).allSatisfy(rate -> assertThat(rate.verdict()).isEqualTo(RateWatch.Verdict.STEADY));
    }

    @Test
    void theSameJudgeWhoSaysOtherwiseIsTold() {
        for (int back = WEEK_DAYS + REFERENCE_DAYS; back > 0; back--) {
            judged(TODAY.minusDays(back), "old@1", back > WEEK_DAYS ? 0.9 : 0.6);
        }
        store.add(counts);
        assertThat(new DriftReports(store, AbstractDriftTest::now).all())
                .filteredOn(finding -> finding.signal() == Signal.QUALITY)
                .isNotEmpty()
                .allSatisfy(finding -> {
                    assertThat(finding.verdict()).isEqualTo(Verdict.MOVED);
                    assertThat(finding.cause()).isEqualTo(Cause.ANSWERS);
                });
    }

    @Test
    void whatJudgesSayIsARateOfTheOneThatHasSaidMost() {
        judged(TODAY, "old@1", 0.9);
        judged(TODAY.minusDays(1), "new@1", 0.6);
        judged(TODAY, "new@1", 0.6);
        store.add(counts);
        assertThat(new RateWatch(store, AbstractDriftTest::now).since(Signal.HALLUCINATION, WEEK_DAYS))
                .hasValue(new Proportion(800, 2000));
    }

    @Test
    void aVerdictIsCountedUnderItsJudge() {
        DriftWatch watch =
                new DriftWatch(store, new Classifier(), null, () -> new DriftPolicy(1), AbstractDriftTest::now);
        Subject subject = new Subject("call", "request", "acme", "m", null, now());
        LiveAnswer answer = new LiveAnswer(
                subject,
                JsonMapper.shared().readTree("[{\"role\":\"user\",\"content\":\"when?\"}]"),
                "at nine",
                "stop");
        watch.over(answer, new Scored(subject, true, 0.25, false, "new@1", "so"));
        watch.over(answer, null);
        watch.turn();
        assertThat(count(Signal.QUALITY, "2")).isEqualTo(1);
        assertThat(count(Signal.HALLUCINATION, "yes")).isEqualTo(1);
        assertThat(database.jdbc()
                        .sql("select distinct judge_version from drift_count")
                        .query(String.class)
                        .list())
                .containsExactly("new@1");
    }

    @Test
    void aRateThatMovesIsToldTheSameDayAndOneThatDoesNotIsNot() {
        refusals(TODAY.minusDays(20), 2000, 40);
        refusals(TODAY, 300, 45);
        store.add(counts);
        List<RateWatch.Rate> rates = new RateWatch(store, AbstractDriftTest::now).all();
        assertThat(rates).hasSize(2).allSatisfy(rate -> {
            assertThat(rate.verdict()).isEqualTo(RateWatch.Verdict.MOVED);
            assertThat(rate.log10E()).isGreaterThan(3);
            assertThat(rate.now().share()).isEqualTo(0.15);
        });
        counts.clear();
        refusals(TODAY, 3000, 36);
        store.add(counts);
        assertThat(new RateWatch(store, AbstractDriftTest::now).all())
                .allSatisfy(rate -> assertThat(rate.verdict()).isEqualTo(RateWatch.Verdict.STEADY));
    }

    private void refusals(LocalDate day, long answerCount, long refusedCount) {
        Cell cell = new Cell(day, "m", "acme", "simple", 0);
        counts.put(new Sign(cell, Signal.REFUSAL, "yes"), refusedCount);
        counts.put(new Sign(cell, Signal.REFUSAL, "no"), answerCount - refusedCount);
    }

    @Test
    void whatAnAnswerLooksLikeIsCountedAndWhatItSaysIsNot() {
        DriftWatch watch =
                new DriftWatch(store, new Classifier(), null, () -> new DriftPolicy(1), AbstractDriftTest::now);
        for (String text : List.of("I cannot help with that.", "{\"a\": 1}", "{\"a\": ", "Der Zug ist um neun da.")) {
            Subject subject = new Subject("call-" + text.length(), "request", "acme", "m", null, now());
            watch.saw(new LiveAnswer(
                    subject,
                    JsonMapper.shared().readTree("[{\"role\":\"user\",\"content\":\"when is the train?\"}]"),
                    text,
                    "stop"));
        }
        watch.turn();
        watch.turn();
        assertThat(count(Signal.REFUSAL, "yes")).isEqualTo(1);
        assertThat(count(Signal.JSON, "valid")).isEqualTo(1);
        assertThat(count(Signal.JSON, "invalid")).isEqualTo(1);
        assertThat(count(Signal.JSON, "none")).isEqualTo(2);
        assertThat(count(Signal.LANGUAGE, "de")).isEqualTo(1);
        assertThat(count(Signal.PROMPT_LANGUAGE, "en")).isEqualTo(4);
        assertThat(count(Signal.FINISH_REASON, "stop")).isEqualTo(4);
    }

    private long count(Signal signal, String bin) {
        return database.jdbc()
                .sql("select coalesce(sum(seen_count), 0) from drift_count where signal = ? and bin = ?")
                .params(signal.name(), bin)
                .query(Long.class)
                .single();
    }
}
