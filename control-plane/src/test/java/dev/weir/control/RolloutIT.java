package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.control.DemoVersions.Task;
import dev.weir.control.RolloutProcesses.Wanted;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Stage;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Real models behind an alias, on real processes, in stages of seconds: a good version reaches everybody although its controller is killed in every
 * stage, and one with damaged weights goes back by itself. {@code RolloutSoak} has the other ways to be worse.
 */
@Timeout(240)
class RolloutIT {
    private static final Duration HOLD = Duration.ofSeconds(2);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final int USERS = 4;
    private static final String OLD = "notes-v1";
    private static final String NEW = "notes-v2";
    private static final String DAMAGED = "notes-damaged";

    @TempDir
    private static Path directory;

    private static final AtomicReference<EngineProcess> ENGINE = new AtomicReference<>();
    private static final AtomicReference<RolloutProcesses> WEIR = new AtomicReference<>();
    private static final AtomicReference<List<Task>> TASKS = new AtomicReference<>();

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        TASKS.set(DemoVersions.tasks("simple"));
        ENGINE.set(new EngineProcess(
                DemoVersions.GOOD,
                "--name",
                OLD,
                "--model",
                DemoVersions.MODELS.resolve(DemoVersions.GOOD).toString(),
                "--name",
                NEW,
                "--model",
                DemoVersions.damaged(directory).toString(),
                "--name",
                DAMAGED));
        WEIR.set(new RolloutProcesses(directory, "", TICK, List.of(ENGINE.get().url()), List.of(OLD, NEW, DAMAGED)));
    }

    @AfterAll
    static void stop() {
        if (WEIR.get() != null) {
            WEIR.get().close();
        }
        if (ENGINE.get() != null) {
            ENGINE.get().close();
        }
    }

    /** One answer of a hundred is wrong, and of the small samples of seconds only great harm can be ruled out. */
    private static void begin(String alias, String candidate, Stage... stages) throws Exception {
        WEIR.get()
                .begin(new Wanted(
                        alias,
                        OLD,
                        candidate,
                        List.of(stages),
                        Map.of(Metric.ERROR, 0.1, Metric.HALLUCINATION, 0.2),
                        Map.of(Metric.ERROR, 0.01, Metric.HALLUCINATION, 0.01)));
    }

    private static AskingUsers users(String alias) {
        return new AskingUsers(WEIR::get, alias, TASKS.get(), USERS);
    }

    @Test
    void aGoodVersionReachesEverybodyThoughTheControllerIsKilledInEveryStage() throws Exception {
        RolloutProcesses weir = WEIR.get();
        begin("good", NEW, Stage.shadow(HOLD, 0), Stage.canary(0.5, HOLD, 0, 0), Stage.warm(HOLD));
        try (AskingUsers users = users("good")) {
            for (int stage = 0; stage < 3; stage++) {
                int wanted = stage;
                weir.awaitReport(
                        "good",
                        report -> report.path("stageIndex").asInt() == wanted
                                && report.path("heldSeconds").asDouble() > 0);
                weir.killAndRestart();
                assertThat(weir.report("good").path("stageIndex").asInt()).isGreaterThanOrEqualTo(stage);
            }
            JsonNode done = weir.awaitReport("good", RolloutProcesses::isOver);
            List<String> decided = weir.decided("good");
            assertThat(done.path("phase").asString()).as("%s", decided).isEqualTo("COMPLETED");
            assertThat(decided.stream().map(decision -> decision.substring(0, decision.indexOf(':'))))
                    .filteredOn(kind -> !kind.equals("HELD") && !kind.equals("RELEASED") && !kind.equals("EXTENDED"))
                    .containsExactly("STARTED", "PROMOTED", "PROMOTED", "COMPLETED");
            assertThat(users.failedCount()).isZero();
            assertThat(users.goodCount()).isPositive();
        }
    }

    @Test
    void aDamagedVersionGoesBackByItself() throws Exception {
        RolloutProcesses weir = WEIR.get();
        begin("bad", DAMAGED, Stage.canary(0.5, Duration.ofMinutes(1), 0, 0), Stage.warm(HOLD));
        try (AskingUsers users = users("bad")) {
            JsonNode done = weir.awaitReport("bad", RolloutProcesses::isOver);
            assertThat(done.path("phase").asString()).as("%s", done).isEqualTo("ROLLED_BACK");
            assertThat(weir.decided("bad").getLast()).contains("Rolled back from 50 %: hallucinations");
            assertThat(users.failedCount()).isZero();
        }
        HttpResponse<String> later = weir.send(
                "/v1/chat/completions",
                "{\"model\":\"bad\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"May I bring a dog?\"}]}",
                Map.of());
        assertThat(later.headers().firstValue("x-weir-model")).hasValue(OLD);
        JsonNode readings = JsonMapper.shared()
                .readTree(weir.send("/admin/rollouts/bad/readings", null, Map.of())
                        .body());
        assertThat(readings.valueStream().map(reading -> reading.path("metrics").path(0)))
                .anySatisfy(
                        metric -> assertThat(metric.path("upper").isNumber()).isTrue());
    }
}
