package dev.weir.control;

import static dev.weir.control.InterfaceHistory.NEW;
import static dev.weir.control.InterfaceHistory.OLD;
import static dev.weir.control.InterfaceHistory.SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.storage.Database;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * A control plane with weeks of use in its database, before engines that say what they are to say. Everybody may do everything in it, and
 * the answers of the tenant {@code default} are read by people. Started once, for all classes that want it.
 */
final class LivedInStack implements AutoCloseable {
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);
    private static final String INDEX = """
            [{"name":"%1$s","state":"READY","reason":"","requests_in_flight":11,"aliases":["notes"],
              "memory":{"weights_bytes":8541319168,"kv_cache_bytes":6442450944,"working_bytes":805306368},
              "path":"/srv/models/%1$s","parameters":{"dtype":"bfloat16","quantize":"q8_0","max_model_len":8192}},
             {"name":"%2$s","state":"LOADING","reason":"","progress":{"phase":"reading_weights","fraction":0.62},
              "requests_in_flight":0,"aliases":[],"path":"/srv/models/%2$s","parameters":{"dtype":"bfloat16","quantize":"q8_0","max_model_len":8192}},
             {"name":"%3$s","state":"SLEEPING","reason":"nobody asked for it in 30 minutes","requests_in_flight":0,"aliases":["cheap"],
              "path":"/srv/models/%3$s.gguf","parameters":{"quantize":"q4_k","max_model_len":4096}},
             {"name":"clinic-notes-8b-2026-09","state":"UNAVAILABLE","reason":"its weights end after 3.1 GiB of 7.9 GiB: copy them again",
              "requests_in_flight":0,"aliases":[],"path":"/srv/models/clinic-notes-8b-2026-09","parameters":{}}]""".formatted(OLD, NEW, SMALL);
    private static final String CASES = """
            {"id":"dose-1","input":"How much ibuprofen is in two tablets of 400 mg?","expected":"800 mg","kind":"dose"}
            {"id":"dose-2","input":"How much ibuprofen is in three tablets of 400 mg?","expected":"1200 mg","kind":"dose"}
            {"id":"ward-1","input":"Which ward is for children?","expected":"ward 3","kind":"place"}
            """;

    private final ScriptedEngine first = engine();
    private final ScriptedEngine second = engine();
    private final RunningControlPlane plane;
    private final String run;

    private LivedInStack() throws Exception {
        Path directory = Files.createTempDirectory("weir-lived-in-");
        Path key = Files.writeString(directory.resolve("key"), "sk-outside");
        Path file = Files.writeString(
                directory.resolve("weir.yaml"), """
                tiers: {fast: %3$s, power: %1$s}
                prices:
                  %1$s: {input: 0.20, output: 0.60}
                  %2$s: {input: 0.20, output: 0.60}
                  %3$s: {input: 0.02, output: 0.06}
                aliases:
                  tone: {use: %1$s}
                  cheap: {use: %1$s}
                engines:
                  gpu-a: {url: "%4$s"}
                  gpu-b: {url: "%5$s"}
                  gpu-c: {url: "http://127.0.0.1:1"}
                overflow:
                  providers:
                    eu: {url: "https://llm.eu.example/v1", key-file: "%6$s", region: eu, budget-per-day: 40,
                      models: {%1$s: {name: big-1, input: 3, output: 15}, %3$s: {name: small-1, input: 0.2, output: 0.8}}}
                evaluation: {review: {tenants: [default]}}
                """.formatted(OLD, NEW, SMALL, first.url(), second.url(), key));
        plane = new RunningControlPlane(List.of(), "--weir.configuration.file=" + file);
        plane.awaitReadyCount(2);
        Instant now = Instant.now();
        new InterfaceHistory(plane.part(Database.class), now).write();
        new RolloutHistory(plane, now).write();
        new ExperimentHistory(plane, now).write();
        made("/admin/tenants", "{\"id\":\"acme\",\"name\":\"Acme Clinics\"}");
        made("/admin/tenants", "{\"id\":\"umbrella-hospitals\",\"name\":\"Umbrella Hospitals\",\"weight\":3}");
        made("/admin/limits", "{\"tenant\":\"acme\",\"metric\":\"COST\",\"period\":\"MONTH\",\"max\":0.5}");
        made(
                "/admin/limits",
                "{\"tenant\":\"umbrella-hospitals\",\"metric\":\"TOKENS\",\"period\":\"DAY\",\"max\":400000}");
        made("/admin/limits", "{\"metric\":\"REQUESTS\",\"period\":\"MINUTE\",\"max\":6000}");
        plane.put("/admin/providers/rack", """
                {"url":"https://rack.example/v1","keyFile":"/run/secrets/rack","region":"us","budgetPerDay":10,
                 "models":{"%s":{"name":"big-2","input":2.5,"output":10}}}""".formatted(OLD), "weir-reason", "a test");
        made("/admin/golden-sets/clinic", CASES);
        evaluated(OLD);
        run = evaluated(NEW);
    }

    static final class Shared extends SharedStack<LivedInStack> {
        Shared() {
            super(LivedInStack.class);
        }

        @Override
        LivedInStack start() throws Exception {
            return new LivedInStack();
        }
    }

    private static ScriptedEngine engine() throws IOException {
        ScriptedEngine engine = ScriptedEngine.with(OLD, NEW, SMALL);
        engine.measures("vllm:num_requests_running 11\nvllm:num_requests_waiting 2\nvllm:kv_cache_usage_perc 0.63\n");
        engine.answers(exchange -> {
            switch (exchange.request().path()) {
                case "/v2/repository/index" -> exchange.json(200, INDEX);
                case "/v2/repository/memory" -> exchange.json(200, "{\"free_bytes\":9663676416}");
                default -> exchange.json(200, answer(exchange.request().body()));
            }
        });
        return engine;
    }

    /** The new one cannot multiply. */
    private static String answer(String question) {
        String said = question.contains("children")
                ? "ward 3"
                : question.contains("two tablets") ? "800 mg" : question.contains(NEW) ? "1300 mg" : "1200 mg";
        return "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"" + said
                + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3}}";
    }

    private HttpResponse<String> made(String path, String body) throws Exception {
        HttpResponse<String> answer = plane.post(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 202);
        return answer;
    }

    private String evaluated(String model) throws Exception {
        String id = JsonMapper.shared()
                .readTree(made("/admin/evaluations", "{\"goldenSet\":\"clinic\",\"model\":\"" + model + "\"}")
                        .body())
                .path("id")
                .asString();
        await().atMost(WAIT_MAX)
                .until(() -> plane.get("/admin/evaluations/" + id).body(), body -> body.contains("\"DONE\""));
        return id;
    }

    String address(String path) {
        return plane.uri("/ui/" + path).toString();
    }

    /** The run of the new version, which has one case wrong that the old one has right. */
    String run() {
        return run;
    }

    Database database() {
        return plane.part(Database.class);
    }

    @Override
    public void close() throws IOException {
        plane.close();
        first.close();
        second.close();
    }
}
