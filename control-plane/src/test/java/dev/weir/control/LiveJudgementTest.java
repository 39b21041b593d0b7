package dev.weir.control;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.ScriptedEngine.Script;
import dev.weir.control.evaluation.QualityEvent;
import dev.weir.control.evaluation.QualityEvent.Asked;
import dev.weir.control.evaluation.QualityEvent.JudgeState;
import dev.weir.control.evaluation.QualityEvent.Scored;
import dev.weir.control.evaluation.QualityEvent.Unscored;
import dev.weir.control.evaluation.judge.Canary;
import dev.weir.control.evaluation.judge.Exhibit;
import dev.weir.control.evaluation.judge.Judge;
import dev.weir.control.evaluation.live.LiveAnswers;
import dev.weir.control.evaluation.live.LivePolicy;
import dev.weir.control.evaluation.live.OnlineJudge;
import dev.weir.control.evaluation.run.ModelServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Live answers on their way to the judge. */
class LiveJudgementTest {
    private static final String VERDICT =
            "{\\\"evidence\\\":[],\\\"reasoning\\\":\\\"so\\\",\\\"verdict\\\":\\\"pass\\\",\\\"confidence\\\":0.9}";

    private static Script saying(String text) {
        return exchange -> exchange.json(
                200,
                "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                        + "\"},\"finish_reason\":\"stop\"}]}");
    }

    private static ModelServer server(ScriptedEngine engine) {
        return new ModelServer(
                ModelServer.at(engine.url() + "/v1"), null, Duration.ofSeconds(20), System::nanoTime, _ -> {});
    }

    private static OnlineJudge judge(LivePolicy policy, ModelServer server, BlockingQueue<QualityEvent> events) {
        return new OnlineJudge(
                () -> policy,
                model -> new Judge(model, Judge.formOf(model), server, Optional::empty, new SplittableRandom(1)),
                List.of(events::add),
                (_, _) -> {},
                () -> Instant.EPOCH);
    }

    private static LivePolicy policy(int perMinuteMax) {
        return new LivePolicy("arbiter", 1, perMinuteMax, 0.5, List.of(), 0.6);
    }

    @Test
    void whatACallerIsAnsweredIsJudgedAndTheCallerNoticesNothing(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("weir.yaml");
        Files.writeString(file, "evaluation: {live: {judge-model: arbiter, share: 1}}\n");
        try (ScriptedEngine engine = ScriptedEngine.with("m");
                ScriptedEngine arbiter = ScriptedEngine.with("arbiter");
                RunningControlPlane weir =
                        new RunningControlPlane(List.of(engine, arbiter), "--weir.configuration.file=" + file)) {
            engine.answers(saying("the ship sails at nine"));
            arbiter.answers(saying(VERDICT));
            String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"when?\"}]}";
            assertThat(weir.post("/v1/chat/completions", body).body()).contains("sails at nine");
            String asked = arbiter.nextRequest().body();
            assertThat(asked)
                    .contains("the ship sails at nine")
                    .contains("when?")
                    .contains("json_schema");
        }
    }

    @Test
    void aJudgeThatDoesNotRecogniseItsCanariesIsHeardNoMore() throws Exception {
        BlockingQueue<QualityEvent> events = new LinkedBlockingQueue<>();
        Canary wrong = new Canary(new Exhibit("when?", List.of("at ten"), null, "at nine"), false);
        Canary right = new Canary(new Exhibit("when?", List.of("at ten"), null, "at ten"), true);
        LivePolicy policy = new LivePolicy("arbiter", 1, 100_000, 0.5, List.of(wrong, right), 0.6);
        // One verdict in fifty is a canary's; of fewer than twenty of these nothing is said.
        int answerCount = 19 * 50 + 2;
        try (ScriptedEngine engine = ScriptedEngine.with("arbiter");
                ModelServer server = server(engine)) {
            engine.answers(saying(VERDICT));
            OnlineJudge judge = judge(policy, server, events);
            LiveAnswersScene scene =
                    new LiveAnswersScene(new LiveAnswers(exchange -> policy.samples(exchange.callId()), judge::take));
            judge.start();
            for (int i = 0; i < answerCount; i++) {
                scene.answered("call-" + i, "when?", "at nine");
            }
            String mistaken = "it does not recognise cases whose label is known";
            List<QualityEvent> unlike = new ArrayList<>();
            while (unlike.size() < 2) { // two workers tell what they see in an order of their own
                QualityEvent event = requireNonNull(events.poll(20, TimeUnit.SECONDS), "nothing is told any more");
                if ((event instanceof Unscored && unlike.stream().noneMatch(Unscored.class::isInstance))
                        || event instanceof JudgeState) {
                    unlike.add(event);
                }
            }
            assertThat(unlike).contains(new JudgeState(false, mistaken));
            assertThat(unlike)
                    .anySatisfy(event -> assertThat(event)
                            .isInstanceOfSatisfying(
                                    Unscored.class,
                                    told -> assertThat(told.reason()).isEqualTo(mistaken)));
            judge.stop();
        }
    }

    @Test
    void otherWeightsUnderTheSameNameAreAnotherJudge() throws Exception {
        BlockingQueue<QualityEvent> events = new LinkedBlockingQueue<>();
        AtomicReference<String> weights = new AtomicReference<>("one");
        try (ScriptedEngine engine = ScriptedEngine.with("arbiter");
                ModelServer server = server(engine)) {
            engine.answers(saying(VERDICT));
            OnlineJudge judge = new OnlineJudge(
                    () -> policy(100),
                    model -> new Judge(
                            model,
                            Judge.formOf(model),
                            server,
                            () -> Optional.of(weights.get()),
                            new SplittableRandom(1)),
                    List.of(event -> {
                        if (!(event instanceof Asked)) {
                            events.add(event);
                        }
                    }),
                    (_, _) -> {},
                    () -> Instant.EPOCH);
            LiveAnswersScene scene = new LiveAnswersScene(new LiveAnswers(_ -> true, judge::take));
            judge.start();
            scene.answered("call-1", "when?", "at nine");
            assertThat(scoredBy(events)).matches("arbiter@[0-9a-f]{12}/one");
            weights.set("two");
            scene.answered("call-2", "when?", "at nine");
            assertThat(scoredBy(events)).matches("arbiter@[0-9a-f]{12}/two");
            engine.answers(exchange -> {
                weights.set("three"); // while it judges
                saying(VERDICT).answer(exchange);
            });
            scene.answered("call-3", "when?", "at nine");
            assertThat(events.poll(20, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            Unscored.class,
                            unscored -> assertThat(unscored.reason()).contains("/three now, and it was arbiter@"));
            judge.stop();
        }
    }

    private static String scoredBy(BlockingQueue<QualityEvent> events) throws InterruptedException {
        return requireNonNull(events.poll(20, TimeUnit.SECONDS)) instanceof Scored scored
                ? scored.judgeVersion()
                : "nobody";
    }

    @Test
    void whatFailsForSomeAnswersDoesNotEndTheJudging() throws Exception {
        BlockingQueue<QualityEvent> scored = new LinkedBlockingQueue<>();
        AtomicInteger failing = new AtomicInteger(5); // more than there are workers
        try (ScriptedEngine engine = ScriptedEngine.with("arbiter");
                ModelServer server = server(engine)) {
            engine.answers(saying(VERDICT));
            OnlineJudge judge = new OnlineJudge(
                    () -> policy(100),
                    model -> new Judge(model, Judge.formOf(model), server, Optional::empty, new SplittableRandom(1)),
                    List.of(event -> {
                        if (event instanceof Scored) {
                            if (failing.getAndDecrement() > 0) {
                                throw new IllegalStateException("as a listener's database may");
                            }
                            scored.add(event);
                        }
                    }),
                    (_, _) -> {},
                    () -> Instant.EPOCH);
            LiveAnswersScene scene = new LiveAnswersScene(new LiveAnswers(_ -> true, judge::take));
            judge.start();
            for (int i = 0; i < 6; i++) {
                scene.answered("call-" + i, "when?", "at nine");
            }
            assertThat(scored.poll(20, TimeUnit.SECONDS)).isNotNull();
            judge.stop();
        }
    }

    @Test
    void whatTheJudgesQuestionDoesNotApplyToIsNotAskedOfIt() throws Exception {
        BlockingQueue<QualityEvent> events = new LinkedBlockingQueue<>();
        LivePolicy policy = new LivePolicy("weir-demo-judge", 1, 100, 0.5, List.of(), 0.6);
        try (ScriptedEngine engine = ScriptedEngine.with("weir-demo-judge");
                ModelServer server = server(engine)) {
            engine.answers(saying("so. Answer: supported"));
            OnlineJudge judge = judge(policy, server, events);
            LiveAnswersScene scene =
                    new LiveAnswersScene(new LiveAnswers(exchange -> policy.samples(exchange.callId()), judge::take));
            judge.start();
            scene.answered("call-1", "May I bring a dog?", "Yes.");
            scene.answered("call-2", "Ship: Irion\\nGate: 4\\n\\nWhich gate?", "Gate 4.");
            assertThat(events.poll(20, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            Asked.class,
                            asked -> assertThat(asked.subject().callId()).isEqualTo("call-2"));
            assertThat(events.poll(20, TimeUnit.SECONDS)).isInstanceOf(Scored.class);
            judge.stop();
        }
    }

    @Test
    void everyAnswerThatIsAskedForIsScoredOrUnscored() throws Exception {
        BlockingQueue<QualityEvent> events = new LinkedBlockingQueue<>();
        try (ScriptedEngine engine = ScriptedEngine.with("arbiter");
                ModelServer server = server(engine)) {
            engine.answers(saying(VERDICT));
            OnlineJudge judge = judge(policy(2), server, events);
            LiveAnswersScene scene = new LiveAnswersScene(
                    new LiveAnswers(exchange -> policy(2).samples(exchange.callId()), judge::take));
            judge.start();
            for (int i = 0; i < 3; i++) {
                scene.answered("call-" + i, "when?", "at nine");
            }
            int askedCount = 0;
            int scoredCount = 0;
            int unscoredCount = 0;
            while (scoredCount + unscoredCount < 3) {
                QualityEvent event = events.poll(20, TimeUnit.SECONDS);
                assertThat(event).isNotNull();
                askedCount += event instanceof Asked ? 1 : 0;
                unscoredCount += event instanceof Unscored ? 1 : 0;
                if (event instanceof Scored scored) {
                    scoredCount++;
                    assertThat(scored.hallucinated()).isFalse();
                    assertThat(scored.quality()).isEqualTo(0.95);
                    assertThat(scored.subject().model()).isEqualTo("m");
                    assertThat(scored.judgeVersion()).startsWith("arbiter@");
                }
            }
            assertThat(List.of(askedCount, scoredCount, unscoredCount)).containsExactly(3, 2, 1);
            judge.stop();
        }
    }
}
