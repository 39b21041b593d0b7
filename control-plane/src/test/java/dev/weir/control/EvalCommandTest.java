package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.evaluation.run.AttemptFile;
import dev.weir.control.evaluation.run.RunResults;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import picocli.CommandLine;

/** {@code weir eval} as it is typed, with servers that know some of the answers. */
@ResourceLock(Resources.SYSTEM_OUT)
class EvalCommandTest {
    private static final int CASE_COUNT = 12;

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final List<String> told = new ArrayList<>();
    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private Path set = Path.of("");

    @BeforeEach
    void writeTheSet() throws IOException {
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(progress, true, StandardCharsets.UTF_8));
        StringBuilder cases = new StringBuilder();
        for (int i = 0; i < CASE_COUNT; i++) {
            cases.append(
                    "{\"id\":\"c%02d\",\"input\":\"question %02d?\",\"expected\":\"answer %02d\",\"kind\":\"%s\"}\n"
                            .formatted(i, i, i, i % 2 == 0 ? "even" : "odd"));
        }
        set = Files.writeString(directory.resolve("set.jsonl"), cases);
    }

    @AfterEach
    void giveTheOutputBack() {
        System.setOut(out);
        System.setErr(err);
    }

    private int weir(@Nullable ScriptedEngine engine, String command, String... options) {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(List.of(options));
        if (engine != null) {
            line.addAll(List.of("--url", engine.url() + "/v1"));
        }
        printed.reset();
        return new CommandLine(EvalCommand.class)
                .setExecutionExceptionHandler((failure, _, _) -> {
                    told.add(String.valueOf(failure.getMessage()));
                    return 2;
                })
                .execute(line.toArray(String[]::new));
    }

    private int run(ScriptedEngine engine, String model, String... options) {
        List<String> line = new ArrayList<>(List.of(
                "--set", set.toString(), "--model", model, "--out", file(model).toString()));
        line.addAll(List.of(options));
        return weir(engine, "run", line.toArray(String[]::new));
    }

    private Path file(String model) {
        return directory.resolve(model + ".jsonl");
    }

    private String output() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    /** Knows the answers but for the first few, and says more than it has to. */
    private static ScriptedEngine.Script knowing(int wrongCount, String more) {
        return ScriptedChat.answering(said -> {
            int number = Integer.parseInt(said.replaceAll("(?s).*question (\\d+).*", "$1"));
            return number < wrongCount ? "nobody knows" : "answer %02d%s".formatted(number, more);
        });
    }

    /** A server with a model that answers and one that judges. */
    private static ScriptedEngine.Script judging(ScriptedEngine.Script answers, String word) {
        ScriptedEngine.Script judge = ScriptedChat.answering(ScriptedChat.judgeWhoLooksFor(word));
        return exchange -> (exchange.request().body().contains("\"arbiter\"") ? judge : answers).answer(exchange);
    }

    @Test
    void aRunThatIsWorseExitsWithOneAndSaysWhereInEveryForm() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m")) {
            engine.answers(knowing(0, ""));
            assertThat(run(engine, "old")).isZero();
            assertThat(output()).contains("old: 12 of 12 passed (100.0 %)", "passed");
            assertThat(progress.toString(StandardCharsets.UTF_8)).contains("old: 0 of 12", "old: 12 of 12");
            engine.answers(knowing(6, ""));
            Path page = directory.resolve("report.html");
            Path xml = directory.resolve("report.xml");
            int exit = run(
                    engine,
                    "young",
                    "--baseline",
                    file("old").toString(),
                    "--html",
                    page.toString(),
                    "--junit",
                    xml.toString());
            assertThat(exit).isEqualTo(1);
            assertThat(output()).contains("not passed:", "6 cases that passed fail now", "regressed: c05");
            String html = Files.readString(page);
            assertThat(html.indexOf("regressed (6)")).isPositive().isLessThan(html.indexOf("passes (6)"));
            assertThat(Files.readString(xml)).contains("<testsuite name=\"young\" tests=\"12\" failures=\"6\"");
            engine.answers(knowing(0, ""));
            List<String> gate = List.of(
                    "--set",
                    set.toString(),
                    "--candidate",
                    file("old").toString(),
                    "--baseline",
                    file("young").toString());
            assertThat(weir(null, "gate", gate.toArray(String[]::new))).isZero();
            assertThat(weir(
                            null,
                            "gate",
                            "--set",
                            set.toString(),
                            "--candidate",
                            file("young").toString(),
                            "--floor",
                            "kind=odd:0.9"))
                    .isEqualTo(1);
            assertThat(output()).contains("of kind=odd 50.0 % passed, the floor is 90.0 %");
        }
    }

    @Test
    void aRunThatWasCutShortAsksOnlyWhatIsMissing() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m")) {
            engine.answers(knowing(0, ""));
            assertThat(run(engine, "m")).isZero();
            List<String> lines = Files.readAllLines(file("m"));
            Files.write(file("m"), lines.subList(0, lines.size() - 2));
            engine.answers(knowing(0, ""));
            assertThat(run(engine, "m")).isZero();
            engine.nextRequest();
            engine.nextRequest();
            assertThat(engine.hasRequest()).isFalse();
            assertThat(AttemptFile.read(file("m")).attempts()).hasSize(CASE_COUNT);
            assertThat(run(engine, "m", "--repeats", "2")).isEqualTo(2);
            assertThat(told).singleElement().asString().contains("has another run");
        }
    }

    @Test
    void casesAreAskedManyAtATimeAndRepeatsHaveSeedsOfTheirOwn() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m")) {
            ScriptedEngine.Script answers = knowing(0, "");
            CountDownLatch together = new CountDownLatch(4);
            engine.answers(exchange -> {
                together.countDown();
                // The first four wait for each other: one at a time would never come to an end.
                assertThat(together.await(20, TimeUnit.SECONDS)).isTrue();
                answers.answer(exchange);
            });
            assertThat(run(engine, "m", "--repeats", "3", "--concurrency", "4")).isZero();
            assertThat(output()).contains("12 of 12 passed (100.0 %), 12 every time");
            RunResults results = AttemptFile.read(file("m"));
            assertThat(results.attempts()).hasSize(3 * CASE_COUNT);
            List<String> bodies = new ArrayList<>();
            while (engine.hasRequest()) {
                bodies.add(engine.nextRequest().body());
            }
            for (int seed = 0; seed < 3; seed++) {
                String asked = "\"seed\":" + seed;
                assertThat(bodies).filteredOn(body -> body.contains(asked)).hasSize(CASE_COUNT);
            }
        }
    }

    @Test
    void aRunWithPairsSaysWhoseAnswersTheJudgePrefersAndHowOftenTheOrderDecided() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m", "arbiter")) {
            engine.answers(judging(knowing(0, ", gladly"), "gladly"));
            assertThat(run(engine, "old", "--judge-model", "arbiter")).isZero();
            engine.answers(judging(knowing(0, ""), "gladly"));
            int exit = run(
                    engine,
                    "young",
                    "--judge-model",
                    "arbiter",
                    "--baseline",
                    file("old").toString(),
                    "--pair");
            assertThat(exit).isEqualTo(1);
            assertThat(output())
                    .contains(
                            "of 12 pairs 0 for young, 12 for old (p = 0.0002)",
                            "position bias 0.0 %",
                            "the judge prefers the baseline's answers: 12 to 0");
            String[] pair = {
                "--pair",
                "--set",
                set.toString(),
                "--candidate",
                file("young").toString(),
                "--baseline",
                file("old").toString(),
                "--model",
                "arbiter"
            };
            assertThat(weir(engine, "judge", pair)).isZero();
            assertThat(output()).contains("12 for old", "it may compare answers");
            engine.answers(ScriptedChat.answering(_ -> ScriptedChat.choice("first")));
            assertThat(weir(engine, "judge", pair)).isEqualTo(1);
            assertThat(output()).contains("position bias 100.0 % (12 pairs)", "it may not compare answers");
            assertThat(run(engine, "third", "--pair")).isEqualTo(2);
            assertThat(told.getLast()).contains("--pair takes a judge and a run");
        }
    }

    @Test
    void peoplesLabelsPutTheJudgeRight() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m", "arbiter")) {
            engine.answers(judging(knowing(0, ""), "answer"));
            Path labels = Files.writeString(
                    directory.resolve("labels.jsonl"),
                    "{\"case\":\"c00\",\"correct\":true}\n{\"case\":\"c01\",\"correct\":false}\n");
            assertThat(run(engine, "m", "--judge-model", "arbiter", "--labels", labels.toString()))
                    .isZero();
            assertThat(output()).contains("right: 50.0 %", "PPI++ over 2 labels and 10 further verdicts");
        }
    }

    @Test
    void aJudgeIsMeasuredByKnownLabels() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("arbiter")) {
            engine.answers(ScriptedChat.answering(ScriptedChat.judgeWhoLooksFor("nine")));
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                // Of fifty right ones five do not say the word; of fifty wrong ones ten do.
                boolean right = i < 50;
                boolean says = right ? i >= 5 : i >= 90;
                lines.append("{\"question\":\"when?\",\"context\":\"...\",\"answer\":\"at %s\",\"passes\":%b}\n"
                        .formatted(says ? "nine" : "ten", right));
            }
            Path labels = Files.writeString(directory.resolve("known.jsonl"), lines);
            assertThat(weir(engine, "judge", "--model", "arbiter", "--labels", labels.toString()))
                    .isZero();
            assertThat(output())
                    .contains(
                            "100 verdicts, 0 without one; kappa 0.700, true positives 90.0 %, true negatives 80.0 %",
                            "it may stand in for people");
            Files.writeString(labels, lines.substring(0, lines.indexOf("\n", lines.length() / 2)));
            assertThat(weir(engine, "judge", "--model", "arbiter", "--labels", labels.toString()))
                    .isEqualTo(1);
        }
    }

    @Test
    void aSetIsWrittenInAnotherFormAndReadAgain() throws Exception {
        Path promptfoo = directory.resolve("set.yaml");
        Path back = directory.resolve("back.jsonl");
        assertThat(weir(null, "convert", set.toString(), "--to", "promptfoo", "--out", promptfoo.toString()))
                .isZero();
        assertThat(weir(null, "convert", promptfoo.toString(), "--out", back.toString()))
                .isZero();
        assertThat(output()).contains("12 cases");
        assertThat(Files.readString(back)).contains("question 11?", "answer 11");
    }
}
