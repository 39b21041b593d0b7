package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
 * Rollouts of real models on real processes, in stages of seconds: a healthy version reaches everybody although the controller is killed, and one that
 * is worse, in each of four ways, is rolled back by itself. A judge that knows the right answers tells what it thinks of every one.
 * Part of {@code ./weir test --soak}.
 */
@Timeout(600)
class RolloutSoak {
    private static final Path MODELS = WeirProcess.HOME.resolve("models/demo");
    /** A stage may wait eight times as long for its samples. */
    private static final int HOLD_SECONDS = 10;

    private static final int WORKERS = 6;
    private static final Duration WAIT_MAX = Duration.ofMinutes(3);
    private static final String OLD = "notes-v1";
    /** The one of the demo models that can judge. */
    private static final String GOOD_MODEL = "weir-demo-power";

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private static Path directory;

    private static final List<EngineProcess> ENGINES = new ArrayList<>();
    private static final List<String> URLS = new ArrayList<>();
    private static final AtomicReference<SlowRelay> RELAY = new AtomicReference<>();
    private static final AtomicReference<WeirProcess> CONTROLLER = new AtomicReference<>();
    private static final List<Task> TASKS = new ArrayList<>();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** A question whose right answer is known. */
    private record Task(JsonNode messages, String expected) {}

    /** What is wrong with a version. */
    enum Harm {
        /** Its weights are damaged: it answers fast, and nonsense. */
        DAMAGED("notes-damaged"),
        /** Its engine's answers take a second longer. */
        SLOWED("notes-slow"),
        /** Its engine dies. */
        ERRING("notes-erring"),
        /** It says, far more often than the old one, that answers are supported that are not, and the other way round. */
        INVENTING("notes-inventing");

        private final String model;

        Harm(String model) {
            this.model = model;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        try (Stream<String> lines = Files.lines(MODELS.resolve("evaluation.jsonl"))) {
            lines.map(JSON::readTree)
                    .filter(task -> task.path("difficulty").asString().equals("judge"))
                    .forEach(task -> TASKS.add(new Task(
                            task.path("messages"), task.path("expected").asString())));
        }
        EngineProcess slowed = engine(GOOD_MODEL, "--name", Harm.SLOWED.model);
        RELAY.set(new SlowRelay(URI.create(slowed.url()), Duration.ofSeconds(1)));
        URLS.add(RELAY.get().url().toString());
        URLS.add(engine(GOOD_MODEL, "--name", OLD).url());
        URLS.add(engine(
                        GOOD_MODEL,
                        "--name",
                        "notes-v2",
                        "--model",
                        damaged().toString(),
                        "--name",
                        Harm.DAMAGED.model,
                        "--model",
                        MODELS.resolve("weir-demo-mid").toString(),
                        "--name",
                        Harm.INVENTING.model)
                .url());
        URLS.add(engine(GOOD_MODEL, "--name", Harm.ERRING.model).url());
        Files.writeString(directory.resolve("weir.yaml"), "weir: {rollout: {tick: 100ms, beat: 20ms, lease: 500ms}}\n");
        controller();
    }

    private static EngineProcess engine(String model, String... options) throws IOException {
        EngineProcess engine = new EngineProcess(model, options);
        ENGINES.add(engine);
        return engine;
    }

    @AfterAll
    static void stop() throws IOException {
        if (RELAY.get() != null) {
            RELAY.get().close();
        }
        if (CONTROLLER.get() != null) {
            CONTROLLER.get().close();
        }
        ENGINES.forEach(EngineProcess::close);
    }

    private static void controller() throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of(
                "--insecure-no-auth",
                "--config",
                directory.resolve("weir.yaml").toString(),
                "--data-directory",
                directory.resolve("data").toString()));
        URLS.forEach(url -> options.addAll(List.of("--engine", url)));
        WeirProcess started = WeirProcess.control(options.toArray(String[]::new));
        CONTROLLER.set(started); // So that it ends with the test, ready or not.
        started.awaitReady();
    }

    /** The same model with its weights spoilt. */
    private static Path damaged() throws IOException {
        Path copy = Files.createDirectory(directory.resolve("damaged"));
        try (Stream<Path> files = Files.list(MODELS.resolve(GOOD_MODEL))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Path weights = copy.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        SplittableRandom random = new SplittableRandom(3);
        int header = Math.toIntExact(Long.reverseBytes(ByteBuffer.wrap(bytes).getLong())) + Long.BYTES;
        for (int at = header; at < bytes.length; at += 2) {
            bytes[at] = (byte) random.nextInt(256); // The lower half of each number: it stays finite, and means little.
        }
        for (int at = header + 1; at < bytes.length; at += 400) {
            bytes[at] ^= 1; // An exponent here and there.
        }
        Files.write(weights, bytes);
        return copy;
    }

    @Test
    void aHealthyVersionReachesEverybodyThoughTheControllerIsKilled() throws Exception {
        begin("healthy", "notes-v2");
        try (Traffic traffic = new Traffic("healthy")) {
            for (int stage : List.of(0, 1, 2)) {
                awaitReport("healthy", report -> report.path("stageIndex").asInt() == stage);
                CONTROLLER.get().killHard();
                CONTROLLER.get().awaitExit();
                controller();
                JsonNode after = report("healthy");
                assertThat(after.path("phase").asString()).isEqualTo("RUNNING");
                assertThat(after.path("stageIndex").asInt()).isEqualTo(stage);
            }
            JsonNode done = awaitReport("healthy", RolloutSoak::isOver);
            assertThat(done.path("phase").asString()).as(done.toString()).isEqualTo("COMPLETED");
            System.out.printf(
                    "a healthy version: everybody has it; %d answers, %d failed, %d while nobody answered%n",
                    traffic.good.get(), traffic.failed.get(), traffic.unanswered.get());
            assertThat(traffic.failed.get()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Harm.class)
    void aVersionThatIsWorseIsRolledBackByItself(Harm harm) throws Exception {
        String alias = harm.name().toLowerCase(Locale.ROOT);
        begin(alias, harm.model);
        long beganNanos = System.nanoTime();
        try (Traffic traffic = new Traffic(alias)) {
            if (harm == Harm.ERRING) {
                awaitReport(
                        alias,
                        report -> report.path("assignment")
                                        .path("candidateUnitCount")
                                        .asLong()
                                > 0);
                ENGINES.getLast().kill(); // The last that was started is the erring one's.
                beganNanos = System.nanoTime();
            }
            JsonNode done = awaitReport(alias, RolloutSoak::isOver);
            long millis = (System.nanoTime() - beganNanos) / 1_000_000;
            assertThat(done.path("phase").asString()).as(done.toString()).isEqualTo("ROLLED_BACK");
            System.out.printf(
                    "%s: rolled back after %d ms, %d answers, %d failed; %s%n",
                    alias,
                    millis,
                    traffic.good.get(),
                    traffic.failed.get(),
                    done.path("sentence").asString());
            assertThat(done.path("candidateShare").asDouble()).isZero();
        }
    }

    private static boolean isOver(JsonNode report) {
        String phase = report.path("phase").asString();
        return phase.equals("COMPLETED") || phase.equals("ROLLED_BACK") || phase.equals("INCONCLUSIVE");
    }

    private static void begin(String alias, String candidate) throws Exception {
        String plan = """
                {"id": "%1$s", "alias": "%1$s", "baseline": "%2$s", "candidate": "%3$s", "reason": "to see", "overrideGate": true,
                 "start": true,
                 "stages": [{"kind": "CANARY", "candidateShare": 0.2, "holdSeconds": %4$d, "requestsMin": 60, "judgedMin": 60},
                            {"kind": "CANARY", "candidateShare": 0.5, "holdSeconds": %4$d, "requestsMin": 60, "judgedMin": 60},
                            {"kind": "WARM", "candidateShare": 1, "holdSeconds": %4$d}],
                 "guards": [{"metric": "ERROR", "role": "GUARDRAIL", "limit": 0.1},
                            {"metric": "END_TO_END", "role": "GUARDRAIL", "limit": 0.3},
                            {"metric": "HALLUCINATION", "role": "GUARDRAIL", "limit": 0.2}]}
                """.formatted(alias, OLD, candidate, HOLD_SECONDS);
        await().atMost(WAIT_MAX).ignoreException(IOException.class).until(() -> {
            String models = send("/v1/models", null, Map.of()).body();
            return models.contains(OLD) && models.contains(candidate);
        });
        HttpResponse<String> planned = send("/admin/rollouts", plan, Map.of());
        assertThat(planned.statusCode()).as(planned.body()).isEqualTo(201);
    }

    private static JsonNode awaitReport(String id, Predicate<JsonNode> enough) {
        return await().atMost(WAIT_MAX)
                .pollInterval(Duration.ofMillis(100))
                .ignoreException(IOException.class)
                .until(() -> report(id), report -> enough.test(report) || isOver(report));
    }

    private static JsonNode report(String id) throws IOException, InterruptedException {
        return JSON.readTree(send("/admin/rollouts/" + id, null, Map.of()).body())
                .path("report");
    }

    private static HttpResponse<String> send(String path, @Nullable String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(CONTROLLER.get().uri(path))
                .timeout(WAIT_MAX)
                .header("content-type", "application/json");
        headers.forEach(request::header);
        return HTTP.send(
                (body == null ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofString(body))).build(),
                BodyHandlers.ofString());
    }

    /** Users who ask, one conversation each time, until it is closed; each answer is judged. */
    private static final class Traffic implements AutoCloseable {
        private final String alias;
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger good = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();
        /** While the controller was dead. */
        private final AtomicInteger unanswered = new AtomicInteger();

        private final List<Thread> workers = new ArrayList<>();
        private volatile boolean going = true;

        Traffic(String alias) {
            this.alias = alias;
            for (int i = 0; i < WORKERS; i++) {
                workers.add(Thread.ofVirtual().start(this::work));
            }
        }

        private void work() {
            while (going) {
                int number = asked.getAndIncrement();
                try {
                    ask(TASKS.get(number % TASKS.size()), alias + number);
                } catch (IOException _) {
                    unanswered.incrementAndGet();
                } catch (InterruptedException _) {
                    return;
                }
            }
        }

        private void ask(Task task, String conversation) throws IOException, InterruptedException {
            String body = JSON.writeValueAsString(JSON.createObjectNode()
                    .put("model", alias)
                    .put("temperature", 0)
                    .put("max_tokens", 96)
                    .set("messages", task.messages()));
            HttpResponse<String> answer = send("/v1/chat/completions", body, Map.of("weir-session", conversation));
            (answer.statusCode() == 200 ? good : failed).incrementAndGet();
            if (answer.statusCode() == 200
                    && answer.headers().firstValue("x-weir-arm").isPresent()) {
                String text = JSON.readTree(answer.body())
                        .path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asString("");
                judge(
                        answer.headers().firstValue("x-request-id").orElseThrow(),
                        finalPart(text).equals(finalPart(task.expected())));
            }
        }

        private static String finalPart(String answer) {
            return answer.substring(answer.lastIndexOf("Answer:") + 1).strip();
        }

        private static void judge(String requestId, boolean right) throws IOException, InterruptedException {
            send(
                    "/admin/judgements",
                    "{\"judgements\": [{\"requestId\": \"%s\", \"hallucination\": %s, \"lowQuality\": %s}]}"
                            .formatted(requestId, !right, !right),
                    Map.of());
        }

        @Override
        public void close() {
            going = false;
            workers.forEach(Thread::interrupt);
        }
    }
}
