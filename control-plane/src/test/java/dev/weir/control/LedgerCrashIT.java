package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What the ledger has of a control plane that is killed while it answers. */
class LedgerCrashIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String ANSWER = "{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":4}}";
    private static final Duration ASKING = Duration.ofSeconds(10);
    private static final int CALLS_MAX = 9_000; // fewer than a report has rows
    /** It is less than a second where the machine has nothing else to do. */
    private static final Duration LOST_AGE_MAX = Duration.ofSeconds(5);

    @Test
    void nothingThatEndedSecondsBeforeTheKillIsLost(@TempDir Path data) throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m")) {
            engine.answers(exchange -> exchange.json(200, ANSWER));
            Map<String, Long> endedNanos = new LinkedHashMap<>();
            long killedNanos;
            try (WeirProcess first = control(engine, data)) {
                await().until(() -> ask(first, "before") == 200);
                long beganNanos = System.nanoTime();
                while (System.nanoTime() - beganNanos < ASKING.toNanos() && endedNanos.size() < CALLS_MAX) {
                    String feature = "call-" + endedNanos.size();
                    assertThat(ask(first, feature)).isEqualTo(200);
                    endedNanos.put(feature, System.nanoTime());
                }
                killedNanos = System.nanoTime();
                first.killHard();
                first.awaitExit();
            }
            Set<String> booked;
            try (WeirProcess second = control(engine, data)) {
                booked = booked(second);
            }
            Map<String, Long> lostMillis = new LinkedHashMap<>();
            endedNanos.forEach((feature, nanos) -> {
                if (!booked.contains(feature)) {
                    lostMillis.put(
                            feature, Duration.ofNanos(killedNanos - nanos).toMillis());
                }
            });
            System.out.printf(
                    "of %d calls before a kill %d are lost, of which the first had ended %d ms before%n",
                    endedNanos.size(),
                    lostMillis.size(),
                    lostMillis.values().stream().findFirst().orElse(0L));
            assertThat(lostMillis.values()).allMatch(age -> age < LOST_AGE_MAX.toMillis());
            assertThat(booked).as("of %s", endedNanos.size()).hasSizeGreaterThan(endedNanos.size() / 2);
        }
    }

    private static WeirProcess control(ScriptedEngine engine, Path data) throws IOException, InterruptedException {
        return WeirProcess.control(
                        "--engine", engine.url().toString(), "--insecure-no-auth", "--data-directory", data.toString())
                .awaitReady();
    }

    private static int ask(WeirProcess weir, String feature) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(weir.uri("/v1/chat/completions"))
                .header("content-type", "application/json")
                .header("weir-feature", feature)
                .POST(BodyPublishers.ofString("{\"model\":\"m\",\"messages\":[],\"max_tokens\":8}"))
                .build();
        return HTTP.send(request, BodyHandlers.ofString()).statusCode();
    }

    private static Set<String> booked(WeirProcess weir) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(weir.uri("/admin/costs?by=feature")).build();
        String report = HTTP.send(request, BodyHandlers.ofString()).body();
        return JsonMapper.shared()
                .readTree(report)
                .path("rows")
                .valueStream()
                .map(row -> row.at("/tags/feature").asString(""))
                .collect(Collectors.toSet());
    }
}
