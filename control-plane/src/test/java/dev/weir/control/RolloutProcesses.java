package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.rollout.Guard;
import dev.weir.control.rollout.Harm;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.RolloutForecast;
import dev.weir.control.rollout.RolloutForecast.GuardNeed;
import dev.weir.control.rollout.RolloutForecast.StageForecast;
import dev.weir.control.rollout.RolloutLimits;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.Stage;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A controller before engines, each a process of its own, and what a test does to it: plans rollouts, looks at them, kills it. */
final class RolloutProcesses implements AutoCloseable {
    static final Duration WAIT_MAX = Duration.ofMinutes(8);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path configuration;
    private final Path data;
    private final List<String> engines;
    private final List<String> models;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private volatile @Nullable WeirProcess process;

    /**
     * Starts a controller.
     *
     * @param storage of the configuration, in a file of the directory where it is empty
     * @param models that it knows before anybody is let at it
     */
    RolloutProcesses(Path directory, String storage, Duration tick, List<String> engines, List<String> models)
            throws IOException, InterruptedException {
        this.engines = List.copyOf(engines);
        this.models = List.copyOf(models);
        this.data = directory.resolve("data");
        this.configuration = Files.writeString(
                directory.resolve("weir.yaml"),
                "weir: {rollout: {tick: %dms, beat: 20ms, lease: 500ms}%s}%n"
                        .formatted(tick.toMillis(), storage.isEmpty() ? "" : ", storage: " + storage));
        start();
    }

    /** What a plan is to be made of; how many samples its stages want follows from the traffic. */
    record Wanted(
            String alias,
            String baseline,
            String candidate,
            List<Stage> stages,
            Map<Metric, Double> limits,
            Map<Metric, Double> shares) {}

    private void start() throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of(
                "--insecure-no-auth", "--config", configuration.toString(), "--data-directory", data.toString()));
        engines.forEach(url -> options.addAll(List.of("--engine", url)));
        WeirProcess started = WeirProcess.control(options.toArray(String[]::new));
        try {
            awaitModels(started.awaitReady(), models);
        } catch (AssertionError | RuntimeException | InterruptedException failure) {
            started.close();
            throw failure;
        }
        process = started;
    }

    /** As by {@code kill -9}, and started again, with what is in its database. */
    void killAndRestart() throws IOException, InterruptedException {
        WeirProcess dying = running();
        process = null;
        dying.killHard();
        dying.awaitExit();
        start();
    }

    private WeirProcess running() throws IOException {
        WeirProcess now = process;
        if (now == null) {
            throw new IOException("no controller is running");
        }
        return now;
    }

    long pid() throws IOException {
        return running().pid();
    }

    private void awaitModels(WeirProcess weir, Collection<String> names) {
        await().atMost(WAIT_MAX).ignoreException(IOException.class).until(() -> {
            String known = send(weir, "/v1/models", null, Map.of()).body();
            return names.stream().allMatch(known::contains);
        });
    }

    /** Begins a plan whose stages want as many samples as a look needs, by the forecast, as soon as both versions are there. */
    RolloutPlan begin(Wanted wanted) throws IOException, InterruptedException {
        awaitModels(running(), List.of(wanted.baseline(), wanted.candidate()));
        RolloutForecast needs = RolloutForecast.of(plan(wanted, wanted.stages()), 1, wanted.shares());
        List<Stage> stages = new ArrayList<>();
        for (int i = 0; i < wanted.stages().size(); i++) {
            Stage stage = wanted.stages().get(i);
            StageForecast forecast = needs.stages().get(i);
            stages.add(new Stage(
                    stage.kind(),
                    stage.candidateShare(),
                    stage.hold(),
                    samples(forecast, false),
                    stage.kind() == Stage.Kind.CANARY ? samples(forecast, true) : 0));
        }
        RolloutPlan plan = plan(wanted, stages);
        HttpResponse<String> planned = send("/admin/rollouts", order(plan), Map.of());
        assertThat(planned.statusCode()).as(planned.body()).isEqualTo(201);
        return plan;
    }

    private static RolloutPlan plan(Wanted wanted, List<Stage> stages) {
        List<Guard> guards = wanted.limits().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(limit -> Guard.guardrail(limit.getKey(), Harm.of(limit.getKey(), limit.getValue())))
                .toList();
        return new RolloutPlan(
                wanted.alias(),
                wanted.alias(),
                wanted.baseline(),
                wanted.candidate(),
                stages,
                guards,
                RolloutLimits.DEFAULT);
    }

    private static long samples(StageForecast forecast, boolean judged) {
        return forecast.needs().stream()
                .filter(need -> need.metric().isJudged() == judged)
                .mapToLong(GuardNeed::sampleCount)
                .max()
                .orElse(0);
    }

    private static String order(RolloutPlan plan) {
        ObjectNode order = JSON.createObjectNode()
                .put("id", plan.rolloutId())
                .put("alias", plan.alias())
                .put("baseline", plan.baseline())
                .put("candidate", plan.candidate())
                .put("reason", "to see")
                .put("overrideGate", true)
                .put("start", true);
        ArrayNode stages = order.putArray("stages");
        plan.stages()
                .forEach(stage -> stages.addObject()
                        .put("kind", stage.kind().name())
                        .put("candidateShare", stage.candidateShare())
                        .put("holdSeconds", stage.hold().toMillis() / 1e3)
                        .put("requestsMin", stage.requestCountMin())
                        .put("judgedMin", stage.judgedCountMin()));
        ArrayNode guards = order.putArray("guards");
        plan.guards()
                .forEach(guard -> guards.addObject()
                        .put("metric", guard.metric().name())
                        .put("role", guard.role().name())
                        .put("limit", guard.harm().limit()));
        return JSON.writeValueAsString(order);
    }

    /** The report, as soon as it says enough, or that it is over. */
    JsonNode awaitReport(String id, Predicate<JsonNode> enough) {
        return await().atMost(WAIT_MAX)
                .pollInterval(Duration.ofMillis(100))
                .ignoreException(IOException.class)
                .until(() -> report(id), report -> enough.test(report) || isOver(report));
    }

    static boolean isOver(JsonNode report) {
        String phase = report.path("phase").asString();
        return phase.equals("COMPLETED") || phase.equals("ROLLED_BACK") || phase.equals("INCONCLUSIVE");
    }

    JsonNode report(String id) throws IOException, InterruptedException {
        return detail(id).path("report");
    }

    JsonNode detail(String id) throws IOException, InterruptedException {
        return JSON.readTree(send("/admin/rollouts/" + id, null, Map.of()).body());
    }

    /** What was decided, in order. */
    List<String> decided(String id) throws IOException, InterruptedException {
        return detail(id)
                .path("decisions")
                .valueStream()
                .map(decision -> decision.path("kind").asString() + ": "
                        + decision.path("sentence").asString())
                .toList()
                .reversed();
    }

    HttpResponse<String> send(String path, @Nullable String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        return send(running(), path, body, headers);
    }

    private HttpResponse<String> send(WeirProcess weir, String path, @Nullable String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(weir.uri(path)).timeout(WAIT_MAX).header("content-type", "application/json");
        headers.forEach(request::header);
        return http.send(
                (body == null ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofString(body))).build(),
                BodyHandlers.ofString());
    }

    @Override
    public void close() {
        WeirProcess now = process;
        if (now != null) {
            now.close();
        }
        http.close();
    }
}
