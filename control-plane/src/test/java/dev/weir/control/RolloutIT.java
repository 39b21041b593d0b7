package dev.weir.control;

import static dev.weir.control.VersionEngines.NEW;
import static dev.weir.control.VersionEngines.OLD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.control.DemoVersions.Task;
import dev.weir.control.RolloutProcesses.Wanted;
import dev.weir.control.VersionEngines.Harm;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Stage;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Real models behind an alias, on real processes, in stages of seconds: a good version reaches everybody although its controller is killed in every
 * stage, and one that is worse, in each of four ways, goes back by itself. {@code RolloutSoak} does so with stages that want their samples.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class RolloutIT {
    /** A stage waits eight times as long for its samples, also on a busy machine. */
    private static final Duration HOLD = Duration.ofSeconds(6);

    private static final Duration TICK = Duration.ofMillis(250);
    private static final int USERS = 6;
    /** A version that is worse is noticed in this stage, or not: before its end nothing is promoted. */
    private static final Duration NOTICED_MAX = Duration.ofMinutes(3);

    private static final int LATER_REQUESTS = 8;

    /** One answer of a hundred is wrong, and of the small samples of seconds only great harm can be ruled out. */
    private static final Map<Metric, Double> SHARES =
            Map.of(Metric.ERROR, 0.01, Metric.END_TO_END, 0.05, Metric.HALLUCINATION, 0.01);

    private static final Map<Metric, Double> LIMITS = Map.of(Metric.ERROR, 0.1, Metric.HALLUCINATION, 0.2);

    @TempDir
    private static Path directory;

    private static final AtomicReference<VersionEngines> ENGINES = new AtomicReference<>();
    private static final AtomicReference<RolloutProcesses> WEIR = new AtomicReference<>();
    private static final List<Task> SIMPLE = new ArrayList<>();
    private static final List<Task> JUDGE = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        SIMPLE.addAll(DemoVersions.tasks("simple"));
        JUDGE.addAll(DemoVersions.tasks("judge"));
        ENGINES.set(new VersionEngines(directory));
        WEIR.set(new RolloutProcesses(directory, "", TICK, ENGINES.get().urls(), List.of(OLD, NEW)));
    }

    @AfterAll
    static void stop() throws IOException {
        if (WEIR.get() != null) {
            WEIR.get().close();
        }
        if (ENGINES.get() != null) {
            ENGINES.get().close();
        }
    }

    private static void begin(String alias, String candidate, Map<Metric, Double> limits, Stage... stages)
            throws Exception {
        WEIR.get().begin(new Wanted(alias, OLD, candidate, List.of(stages), limits, SHARES));
    }

    private static AskingUsers users(String alias, List<Task> tasks) {
        return new AskingUsers(WEIR::get, alias, tasks, USERS);
    }

    @Test
    void aGoodVersionReachesEverybodyThoughTheControllerIsKilledInEveryStage() throws Exception {
        RolloutProcesses weir = WEIR.get();
        begin("good", NEW, LIMITS, Stage.shadow(HOLD, 0), Stage.canary(0.5, HOLD, 0, 0), Stage.warm(HOLD));
        try (AskingUsers users = users("good", SIMPLE)) {
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
            assertThat(users.failures()).isEmpty();
            assertThat(users.goodCount()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(Harm.class)
    void aVersionThatIsWorseGoesBackByItself(Harm harm) throws Exception {
        begin(harm.alias(), harm.model(), limits(harm), Stage.canary(0.3, NOTICED_MAX, 0, 0), Stage.warm(HOLD));
        try (AskingUsers users = users(harm.alias(), harm == Harm.INVENTING ? JUDGE : SIMPLE)) {
            HarmfulRollout rollout = HarmfulRollout.watch(harm, ENGINES.get(), WEIR.get(), users);
            System.out.println(rollout.say());
            assertThat(rollout.phase()).as("%s", rollout).isEqualTo("ROLLED_BACK");
            assertThat(rollout.decided())
                    .contains("Rolled back from 30 %: " + harm.seenIn().plural());
            assertThat(rollout.noticedAfter()).isLessThan(NOTICED_MAX);
            if (harm == Harm.ERRING) {
                // However fast errors come: of ten conversations only three are the candidate's.
                assertThat(rollout.failedCount()).isBetween(1, rollout.goodCount());
            } else {
                assertThat(rollout.failures()).isEmpty();
            }
        }
        assertThatOnlyTheOldVersionAnswers(harm.alias());
        assertThatReadingsAreKept(harm.alias());
    }

    /** Of engines that have just begun, times say more of that than of versions: they are looked at where they are what is worse. */
    private static Map<Metric, Double> limits(Harm harm) {
        Map<Metric, Double> limits = new EnumMap<>(LIMITS);
        if (harm.seenIn().isLatency()) {
            limits.put(harm.seenIn(), 0.3);
        }
        return limits;
    }

    private static void assertThatOnlyTheOldVersionAnswers(String alias) throws Exception {
        String question =
                "{\"model\":\"%s\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"May I bring a dog?\"}]}"
                        .formatted(alias);
        for (int i = 0; i < LATER_REQUESTS; i++) {
            HttpResponse<String> later =
                    WEIR.get().send("/v1/chat/completions", question, Map.of("weir-session", "later" + i));
            assertThat(later.headers().firstValue("x-weir-model"))
                    .as(later.body())
                    .hasValue(OLD);
        }
    }

    private static void assertThatReadingsAreKept(String alias) throws Exception {
        JsonNode readings = JsonMapper.shared()
                .readTree(WEIR.get()
                        .send("/admin/rollouts/" + alias + "/readings", null, Map.of())
                        .body());
        assertThat(readings.valueStream().map(reading -> reading.path("metrics").path(0)))
                .anySatisfy(
                        metric -> assertThat(metric.path("upper").isNumber()).isTrue());
    }
}
