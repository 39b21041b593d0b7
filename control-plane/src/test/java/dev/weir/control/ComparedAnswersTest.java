package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.evaluation.golden.CaseJson;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.grading.Preference;
import dev.weir.control.evaluation.grading.Preference.Winner;
import dev.weir.control.evaluation.judge.Judge;
import dev.weir.control.evaluation.judge.PairJudge;
import dev.weir.control.evaluation.run.ModelServer;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Two answers before one judge, which says what a test tells it. */
class ComparedAnswersTest {
    private static final GoldenCase CASE = CaseJson.read(
            "{\"id\":\"c\",\"messages\":[{\"role\":\"user\",\"content\":\"when?\"}],\"reference\":\"at nine\",\"checks\":[{\"type\":\"is-refusal\"}]}");

    private static final GoldenCase WITH_CONTEXT = CaseJson.read(
            "{\"id\":\"d\",\"messages\":[{\"role\":\"user\",\"content\":\"when?\"}],\"context\":[\"Departs: nine\"],\"checks\":[{\"type\":\"is-refusal\"}]}");

    private static Preference compared(ScriptedEngine engine, String judge, String candidate, String baseline)
            throws InterruptedException {
        return compared(engine, judge, CASE, candidate, baseline);
    }

    private static Preference compared(
            ScriptedEngine engine, String judge, GoldenCase golden, String candidate, String baseline)
            throws InterruptedException {
        try (ModelServer server = new ModelServer(
                ModelServer.at(engine.url() + "/v1"), null, Duration.ofSeconds(20), System::nanoTime, _ -> {})) {
            return new PairJudge(
                            new Judge(judge, Judge.formOf(judge), server, Optional::empty, new SplittableRandom(1)))
                    .compare(golden, candidate, baseline);
        }
    }

    @Test
    void theBetterAnswerWinsFromBothSides() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("arbiter")) {
            engine.answers(ScriptedChat.answering(ScriptedChat.judgeWhoLooksFor("nine")));
            assertThat(compared(engine, "arbiter", "nine", "ten"))
                    .isEqualTo(new Preference(Winner.CANDIDATE, "the first one"));
            assertThat(engine.nextRequest().body()).contains("data reference", "at nine", "json_schema");
            assertThat(compared(engine, "arbiter", "ten", "nine").winner()).isEqualTo(Winner.BASELINE);
            assertThat(compared(engine, "arbiter", "ten", "eleven").winner()).isEqualTo(Winner.TIE);
        }
    }

    @Test
    void whoWinsFromOneSideOnlyHasNotWon() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("arbiter")) {
            engine.answers(ScriptedChat.answering(_ -> ScriptedChat.choice("first")));
            assertThat(compared(engine, "arbiter", "nine", "ten").winner()).isEqualTo(Winner.INCONSISTENT);
            engine.answers(ScriptedChat.answering(
                    said -> ScriptedChat.choice(said.indexOf("\nnine\n") < said.indexOf("\nten\n") ? "tie" : "first")));
            assertThat(compared(engine, "arbiter", "nine", "ten").winner()).isEqualTo(Winner.INCONSISTENT);
        }
    }

    @Test
    void equalAnswersAreNotAskedOf() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("arbiter")) {
            assertThat(compared(engine, "arbiter", "nine", "nine").winner()).isEqualTo(Winner.SAME);
            assertThat(engine.hasRequest()).isFalse();
        }
    }

    @Test
    void aJudgeThatDoesNotChooseLeavesThePairUnscored() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("arbiter")) {
            engine.answers(ScriptedChat.answering(_ -> "I like both."));
            assertThat(compared(engine, "arbiter", "nine", "ten").winner()).isEqualTo(Winner.UNSCORED);
            engine.answers(exchange -> exchange.json(400, "{}"));
            assertThat(compared(engine, "arbiter", "nine", "ten").winner()).isEqualTo(Winner.UNSCORED);
        }
    }

    @Test
    void ofAPairThatItsQuestionDoesNotApplyToTheJudgeIsNotAsked() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("weir-demo-judge")) {
            assertThat(compared(engine, "weir-demo-judge", CASE, "nine", "ten").winner())
                    .isEqualTo(Winner.NOT_APPLICABLE);
            assertThat(compared(engine, "weir-demo-judge", CASE, "nine", "nine").winner())
                    .isEqualTo(Winner.NOT_APPLICABLE);
            assertThat(engine.hasRequest()).isFalse();
        }
    }

    @Test
    void aJudgeOfOneAnswerIsAskedOfEach() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("weir-demo-judge")) {
            engine.answers(ScriptedChat.answering(
                    said -> "so. Answer: " + (said.contains("Answer: nine") ? "supported" : "unsupported")));
            assertThat(compared(engine, "weir-demo-judge", WITH_CONTEXT, "nine", "ten")
                            .winner())
                    .isEqualTo(Winner.CANDIDATE);
            assertThat(compared(engine, "weir-demo-judge", WITH_CONTEXT, "ten", "nine")
                            .winner())
                    .isEqualTo(Winner.BASELINE);
            assertThat(compared(engine, "weir-demo-judge", WITH_CONTEXT, "ten", "six")
                            .winner())
                    .isEqualTo(Winner.TIE);
        }
    }
}
