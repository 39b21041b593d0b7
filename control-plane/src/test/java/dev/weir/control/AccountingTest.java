package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What requests took, from the wire to the report. */
class AccountingTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String USAGE =
            "{\"prompt_tokens\":100,\"completion_tokens\":20,\"prompt_tokens_details\":{\"cached_tokens\":60}}";
    private static final String CHUNK = "data: {\"id\":\"c\",\"choices\":[{\"delta\":{\"content\":\"x\"}}]";

    @TempDir
    private static Path directory;

    private static ScriptedEngine engine;
    private static RunningControlPlane weir;
    private static final AtomicInteger FEATURE = new AtomicInteger();

    @BeforeAll
    static void start() throws IOException {
        Path configuration = Files.writeString(directory.resolve("weir.yaml"), """
                prices:
                  m: {input: 1, cached-input: 0.1, output: 10}
                  power: {input: 10, output: 100}
                """);
        engine = ScriptedEngine.with("m");
        weir = new RunningControlPlane(
                List.of(engine), "--weir.configuration.file=" + configuration, "--weir.storage.directory=" + directory);
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
    }

    private static String feature() {
        return "feature-" + FEATURE.incrementAndGet();
    }

    /** What the ledger has of a feature, once it has it. */
    private static JsonNode booked(String feature) {
        return await().until(() -> row(feature), row -> !row.isMissingNode());
    }

    private static JsonNode row(String feature) throws IOException, InterruptedException {
        HttpResponse<String> report = weir.get("/admin/costs?by=feature,status,model");
        assertThat(report.statusCode()).as(report.body()).isEqualTo(200);
        for (JsonNode row : JsonMapper.shared().readTree(report.body()).path("rows")) {
            if (row.at("/tags/feature").asString("").equals(feature)) {
                return row;
            }
        }
        return JsonMapper.shared().missingNode();
    }

    private static void assertBooked(JsonNode row, String status, long input, long cached, long output, String cost) {
        assertThat(row.at("/tags/status").asString()).isEqualTo(status);
        assertThat(row.path("calls").asInt()).isEqualTo(1);
        assertThat(row.path("inputTokens").asLong()).isEqualTo(input);
        assertThat(row.path("cachedTokens").asLong()).isEqualTo(cached);
        assertThat(row.path("outputTokens").asLong()).isEqualTo(output);
        assertThat(row.path("cost").decimalValue()).isEqualByComparingTo(cost);
    }

    @Test
    void anAnswerIsBookedWithWhatTheEngineSaysItTook() throws Exception {
        String feature = feature();
        String answer = "{\"choices\":[],\"usage\":" + USAGE + "}";
        engine.answers(exchange -> exchange.json(200, answer));
        assertThat(weir.post(CHAT, "{\"model\":\"m\"}", "weir-feature", feature).body())
                .isEqualTo(answer);
        // 40 at 1, 60 at 0.1 and 20 at 10 per million.
        assertBooked(booked(feature), "200", 100, 60, 20, "0.000246");
    }

    @Test
    void aStreamIsBookedAndItsCallerSeesOnlyWhatItAskedFor() throws Exception {
        String feature = feature();
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk(CHUNK + ",\"usage\":null}\n\n" + CHUNK + ",\"usage\":null}\n\n");
            exchange.chunk("data: {\"id\":\"c\",\"choices\":[],\"usage\":" + USAGE + "}\n\ndata: [DONE]\n\n");
            exchange.end();
        });
        HttpResponse<String> response = weir.post(CHAT, "{\"model\":\"m\",\"stream\":true}", "weir-feature", feature);
        assertThat(response.body()).isEqualTo(CHUNK + "}\n\n" + CHUNK + "}\n\ndata: [DONE]\n\n");
        assertThat(engine.nextRequest().body())
                .isEqualTo("{\"stream_options\":{\"include_usage\":true},\"model\":\"m\",\"stream\":true}");
        assertBooked(booked(feature), "200", 100, 60, 20, "0.000246");
    }

    /** Its events repeat the request, and a request may say anything of what it took. */
    @Test
    void aResponseIsBookedByItsLastEventAlone() throws Exception {
        String said = "{\"input_tokens\":1,\"output_tokens\":1}";
        String took = "{\"input_tokens\":100,\"input_tokens_details\":{\"cached_tokens\":60},\"output_tokens\":20}";
        String begun = "event: response.created\ndata: {\"response\":{\"metadata\":{\"usage\":" + said
                + "},\"usage\":null}}\n\n";
        String whole = "event: response.completed\ndata: {\"response\":{\"metadata\":{\"usage\":" + said
                + "},\"usage\":" + took + "}}\n\n";
        for (boolean complete : new boolean[] {true, false}) {
            String feature = feature();
            engine.answers(exchange -> {
                exchange.beginEvents();
                exchange.chunk(begun + (complete ? whole : ""));
                exchange.end();
            });
            String body = "{\"model\":\"m\",\"stream\":true,\"input\":\"x\"}";
            assertThat(weir.post("/v1/responses", body, "weir-feature", feature).body())
                    .isEqualTo(begun + (complete ? whole : ""));
            JsonNode row = booked(feature);
            assertThat(row.path("inputTokens").asLong()).isEqualTo(complete ? 100 : Math.ceilDiv(body.length(), 4));
            assertThat(row.path("outputTokens").asLong()).isEqualTo(complete ? 20 : 1);
        }
    }

    @Test
    void whoAsksForUsageIsTold() throws Exception {
        String body = "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}";
        String events = CHUNK + ",\"usage\":null}\n\ndata: {\"choices\":[],\"usage\":" + USAGE + "}\n\n";
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk(events);
            exchange.end();
        });
        assertThat(weir.post(CHAT, body).body()).isEqualTo(events);
        assertThat(engine.nextRequest().body()).isEqualTo(body);
    }

    @Test
    void whoLeavesPaysForWhatPassed() throws Exception {
        String feature = feature();
        engine.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk(CHUNK + "}\n\n" + CHUNK + "}\n\n" + CHUNK + "}\n\n");
            exchange.awaitGone(new java.util.concurrent.CountDownLatch(1));
        });
        String body = "{\"model\":\"m\",\"stream\":true,\"x\":\"0123456789\"}";
        try (Socket client = weir.connect()) {
            RunningControlPlane.send(client, CHAT, "weir-feature: " + feature + "\r\n", body);
            RunningControlPlane.readUntil(client, text -> text.contains("\"x\"}}]}\n\n"));
        }
        JsonNode row = booked(feature);
        assertThat(row.at("/tags/status").asString()).isEqualTo("cancelled");
        assertThat(row.path("outputTokens").asLong()).isEqualTo(3);
        assertThat(row.path("inputTokens").asLong()).isEqualTo(Math.ceilDiv(body.length(), 4));
    }

    @Test
    void whatFailsCostsNothingAndIsBookedAllTheSame() throws Exception {
        String feature = feature();
        engine.answers(exchange -> exchange.json(503, "{\"error\":{},\"usage\":" + USAGE + "}"));
        weir.post(CHAT, "{\"model\":\"m\"}", "weir-feature", feature);
        assertBooked(booked(feature), "503", 0, 0, 0, "0");
    }

    @Test
    void anErrorThatComesAsAStreamOfEventsCostsNothingEither() throws Exception {
        String feature = feature();
        String event = "data: {\"error\":{\"message\":\"no\"},\"usage\":" + USAGE + "}\n\n";
        engine.answers(exchange -> {
            exchange.write("HTTP/1.1 400 No\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
            exchange.chunk(event);
            exchange.end();
        });
        HttpResponse<String> response = weir.post(CHAT, "{\"model\":\"m\",\"stream\":true}", "weir-feature", feature);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).isEqualTo(event);
        assertBooked(booked(feature), "400", 0, 0, 0, "0");
    }

    @Test
    void aFeatureThatIsNoNameIsRefused() throws Exception {
        HttpResponse<String> response = weir.post(CHAT, "{\"model\":\"m\"}", "weir-feature", "a b");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("weir-feature");
        for (String own : List.of("weir-cache-check", "weir-upgrade-rejected")) {
            HttpResponse<String> taken = weir.post(CHAT, "{\"model\":\"m\"}", "weir-feature", own);
            assertThat(taken.statusCode()).isEqualTo(400);
            assertThat(taken.body()).contains("invalid_feature", "cannot be " + own, "choose another name");
        }
    }

    @Test
    void reportsAreReadAsJsonAndAsCsvAndSavingsShowTheirArithmetic() throws Exception {
        String feature = feature();
        engine.answers(exchange -> exchange.json(200, "{\"usage\":" + USAGE + "}"));
        weir.post(CHAT, "{\"model\":\"m\"}", "weir-feature", feature);
        booked(feature);
        HttpResponse<String> csv = weir.get("/admin/costs.csv?by=feature,model");
        assertThat(csv.headers().firstValue("content-type").orElse("")).startsWith("text/csv");
        assertThat(csv.body())
                .startsWith("feature,model,calls,input_tokens,cached_tokens,output_tokens,cost\r\n")
                .contains("\"" + feature + "\",\"m\",1,100,60,20,0.000246000\r\n");
        JsonNode savings = JsonMapper.shared()
                .readTree(weir.get("/admin/costs/savings?model=power").body());
        assertThat(savings.path("saved").decimalValue())
                .isPositive()
                .isEqualByComparingTo(savings.path("baselineCost")
                        .decimalValue()
                        .subtract(savings.path("cost").decimalValue()));
        assertThat(weir.get("/admin/costs?by=colour").body()).contains("there is no tag 'colour'");
        assertThat(weir.get("/admin/costs?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")
                        .statusCode())
                .isEqualTo(400);
    }
}
