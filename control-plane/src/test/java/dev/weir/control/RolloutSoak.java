package dev.weir.control;

import static dev.weir.control.VersionEngines.NEW;
import static dev.weir.control.VersionEngines.OLD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.control.DemoVersions.Task;
import dev.weir.control.RolloutProcesses.Wanted;
import dev.weir.control.VersionEngines.Harm;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.RolloutForecast;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.Stage;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * Rollouts of real models on real processes, in stages of seconds: a healthy version reaches everybody although the controller is killed, one that is
 * worse, in each of four ways, is rolled back by itself, and of two controllers one that was asleep never acts on what it has missed. A judge that
 * knows the right answers tells what it thinks of every one. Part of {@code ./weir test --soak}.
 */
@Timeout(600)
class RolloutSoak {
    private static final Duration HOLD = Duration.ofSeconds(10);
    /** A dozen requests in each, so that nearly all have some on both arms: of others evidence learns nothing. */
    private static final Duration TICK = Duration.ofMillis(500);

    private static final int USERS = 6;

    /** Of the old version's verdicts one of eight is wrong; a latency of half again the P95 happens, on a busy machine, to one of twenty. */
    private static final Map<Metric, Double> SHARES =
            Map.of(Metric.ERROR, 0.01, Metric.END_TO_END, 0.05, Metric.HALLUCINATION, 0.125);

    private static final Map<Metric, Double> LIMITS =
            Map.of(Metric.ERROR, 0.1, Metric.END_TO_END, 0.3, Metric.HALLUCINATION, 0.2);

    @TempDir
    private static Path directory;

    private static final AtomicReference<VersionEngines> ENGINES = new AtomicReference<>();
    private static final AtomicReference<RolloutProcesses> WEIR = new AtomicReference<>();
    private static final List<Task> TASKS = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        TASKS.addAll(DemoVersions.tasks("judge"));
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

    private static RolloutPlan begin(RolloutProcesses weir, String alias, String candidate, Stage... stages)
            throws Exception {
        return weir.begin(new Wanted(alias, OLD, candidate, List.of(stages), LIMITS, SHARES));
    }

    private static Stage[] ladder() {
        return new Stage[] {
            Stage.shadow(HOLD, 0), Stage.canary(0.3, HOLD, 0, 0), Stage.canary(0.5, HOLD, 0, 0), Stage.warm(HOLD)
        };
    }

    private static AskingUsers users(String model) {
        return new AskingUsers(WEIR::get, model, TASKS, USERS);
    }

    /** What a version can do here and now, when its engine's code has been compiled. */
    private record Pace(double perSecond, Duration p95) {
        static Pace of(String version) {
            try (AskingUsers users = users(version)) {
                await().atMost(RolloutProcesses.WAIT_MAX).until(() -> users.goodCount() >= 150);
                return new Pace(users.answeredPerSecond(), Duration.ofMillis(users.p95Millis()));
            }
        }
    }

    @Test
    void aHealthyVersionReachesEverybodyThoughTheControllerIsKilled() throws Exception {
        RolloutProcesses weir = WEIR.get();
        Pace pace = Pace.of(OLD);
        // Stages of seconds are over before an engine on a busy machine is as fast as it gets.
        Pace.of(NEW);
        RolloutPlan plan = begin(weir, "healthy", NEW, ladder());
        RolloutForecast forecast = RolloutForecast.of(plan, pace.perSecond(), SHARES);
        System.out.printf(
                "%.1f answers/s, P95 %d ms; forecast without kills %s s, with %s samples on an arm%n",
                pace.perSecond(),
                pace.p95().toMillis(),
                forecast.totalSeconds(),
                plan.stages().get(1).judgedCountMin());
        long beganNanos = System.nanoTime();
        try (AskingUsers users = users("healthy")) {
            for (int stage = 0; stage < plan.stages().size(); stage++) {
                int wanted = stage;
                weir.awaitReport(
                        "healthy",
                        report -> report.path("stageIndex").asInt() == wanted
                                && report.path("heldSeconds").asDouble() > 0);
                weir.killAndRestart();
                assertThat(weir.report("healthy").path("stageIndex").asInt())
                        .as("%s", weir.decided("healthy"))
                        .isEqualTo(stage);
            }
            JsonNode done = weir.awaitReport("healthy", RolloutProcesses::isOver);
            weir.decided("healthy").forEach(System.out::println);
            System.out.printf(
                    "a healthy version: everybody has it after %.1f s; %d answers, %d failed, %d while nobody answered%n",
                    secondsSince(beganNanos), users.goodCount(), users.failedCount(), users.unansweredCount());
            assertThat(done.path("phase").asString()).as(done.toString()).isEqualTo("COMPLETED");
            assertThat(users.failedCount()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Harm.class)
    void aVersionThatIsWorseIsRolledBackByItself(Harm harm) throws Exception {
        RolloutProcesses weir = WEIR.get();
        begin(
                weir,
                harm.alias(),
                harm.model(),
                Stage.canary(0.2, HOLD, 0, 0),
                Stage.canary(0.5, HOLD, 0, 0),
                Stage.warm(HOLD));
        try (AskingUsers users = users(harm.alias())) {
            HarmfulRollout rollout = HarmfulRollout.watch(harm, ENGINES.get(), weir, users);
            System.out.println(rollout.say());
            assertThat(rollout.phase()).as("%s", rollout).isEqualTo("ROLLED_BACK");
            assertThat(rollout.report().path("candidateShare").asDouble()).isZero();
        }
    }

    /** Each of both sleeps through a while in turn, so whoever leads does, and wakes up in the middle of what it was about to do. */
    @Test
    void ofTwoControllersOneThatWasAsleepNeverActsOnWhatItHasMissed() throws Exception {
        StorageConfig storage = TestDatabases.postgres();
        String shared = "{url: \"%s\", user: \"%s\"}".formatted(storage.url(), storage.user());
        try (Database database = new Database(storage);
                RolloutProcesses one = replica("one", shared);
                RolloutProcesses other = replica("other", shared)) {
            AtomicReference<RolloutProcesses> awake = new AtomicReference<>(one);
            begin(one, "shared", NEW, ladder());
            try (AskingUsers users = new AskingUsers(awake::get, "shared", TASKS, USERS)) {
                int naps = 0;
                while (!RolloutProcesses.isOver(awake.get().report("shared"))) {
                    RolloutProcesses sleeper = naps++ % 2 == 0 ? one : other;
                    awake.set(sleeper == one ? other : one);
                    signal(sleeper, "STOP");
                    try {
                        awaitMoreEvents(database, awake.get());
                    } finally {
                        signal(sleeper, "CONT");
                    }
                    awaitMoreEvents(database, awake.get());
                }
                JsonNode done = awake.get().report("shared");
                System.out.printf(
                        "two controllers, %d naps: %s; %d answers, %d failed%n",
                        naps, done.path("phase").asString(), users.goodCount(), users.failedCount());
                assertThat(done.path("phase").asString()).as(done.toString()).isEqualTo("COMPLETED");
            }
            assertThat(numbers(database, "rollout_event")).isEqualTo(upTo(database, "rollout_event", 0));
            assertThat(numbers(database, "rollout_decision")).isEqualTo(upTo(database, "rollout_decision", 1));
            assertThat(one.decided("shared").stream().filter(decision -> decision.startsWith("PROMOTED")))
                    .hasSize(3);
        }
    }

    private static RolloutProcesses replica(String name, String storage) throws Exception {
        return new RolloutProcesses(
                Files.createDirectory(directory.resolve(name)),
                storage,
                TICK,
                ENGINES.get().urls(),
                List.of(OLD, NEW));
    }

    private static void signal(RolloutProcesses weir, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(weir.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Three seconds' worth of them, or the end. */
    private static void awaitMoreEvents(Database database, RolloutProcesses awake) {
        int before = numbers(database, "rollout_event").size();
        await().atMost(RolloutProcesses.WAIT_MAX)
                .pollInterval(Duration.ofMillis(200))
                .ignoreException(IOException.class)
                .until(() -> numbers(database, "rollout_event").size() >= before + 18
                        || RolloutProcesses.isOver(awake.report("shared")));
    }

    private static List<Long> numbers(Database database, String table) {
        return database.jdbc()
                .sql("select number from " + table + " order by number")
                .query((row, _) -> row.getLong(1))
                .list();
    }

    private static List<Long> upTo(Database database, String table, long first) {
        return LongStream.range(first, first + numbers(database, table).size())
                .boxed()
                .toList();
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
