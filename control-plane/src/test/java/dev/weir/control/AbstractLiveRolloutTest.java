package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.live.ArmWeights;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.StorageConfig;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two replicas, two versions and one alias: what rollouts do to live requests, and requests to rollouts. */
abstract class AbstractLiveRolloutTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String GOOD = "{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}";
    private static final int REQUESTS_MAX = 600;
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);

    private ScriptedEngine old;
    private ScriptedEngine young;
    private RunningControlPlane one;
    private RunningControlPlane other;

    @BeforeEach
    void start() throws Exception {
        old = ScriptedEngine.with("v1");
        young = ScriptedEngine.with("v2");
        old.answers(exchange -> exchange.json(200, GOOD));
        young.answers(exchange -> exchange.json(200, GOOD));
        StorageConfig database = storage();
        one = replica(database);
        other = replica(database);
    }

    /** A new database that both replicas share. */
    abstract StorageConfig storage();

    private RunningControlPlane replica(StorageConfig database) {
        return new RunningControlPlane(
                List.of(old, young),
                "--weir.storage.url=" + database.url(),
                "--weir.storage.user=" + (database.user() == null ? "" : database.user()),
                "--weir.rollout.beat=20ms",
                "--weir.rollout.tick=100ms");
    }

    @AfterEach
    void stop() throws Exception {
        other.close();
        one.close();
        old.close();
        young.close();
    }

    @Test
    void aConversationKeepsItsVersionOnEveryReplicaAndTheLedgerTellsWhich() throws Exception {
        begin("CANARY", 0.5);
        Set<String> versions = new HashSet<>();
        for (int i = 0; i < 12; i++) {
            HttpResponse<String> first = ask(one, "chat-" + i);
            HttpResponse<String> second = ask(other, "chat-" + i);
            assertThat(first.headers().firstValue("x-weir-arm"))
                    .isEqualTo(second.headers().firstValue("x-weir-arm"));
            String version = first.headers().firstValue("x-weir-model").orElseThrow();
            assertThat(first.headers().firstValue("x-weir-arm"))
                    .hasValue(version.equals("v2") ? "r1/candidate" : "r1/baseline");
            versions.add(version);
        }
        assertThat(versions).containsExactlyInAnyOrder("v1", "v2");
        assertThat(one.get("/v1/models").body()).contains("\"notes\"");
        JsonNode report = await("units", node -> units(node) == 24);
        assertThat(report.path("assignment").path("candidateUnitCount").asLong())
                .isPositive();
        awaitCount("select count(*) from ledger where arm like 'r1/%' and version = model", 24);
    }

    @Test
    void aCandidateThatFailsIsRolledBackByItselfAndEveryReplicaSoonFollows() throws Exception {
        begin("CANARY", 0.5);
        young.answers(exchange -> exchange.json(500, "{}"));
        int asked = 0;
        while (phase().equals("RUNNING") && asked < REQUESTS_MAX) {
            ask(asked++ % 2 == 0 ? one : other, "chat-" + asked);
        }
        assertThat(phase()).isEqualTo("ROLLED_BACK");
        long decidedNanos = System.nanoTime();
        for (RunningControlPlane replica : List.of(one, other)) {
            Flux.interval(Duration.ofMillis(5))
                    .filter(_ -> replica.part(ArmWeights.class)
                                    .of("notes")
                                    .orElseThrow()
                                    .candidateShare()
                            == 0)
                    .blockFirst(WAIT_MAX);
        }
        // Less than a second by the beat, which is a tenth of one unless configured; a busy machine may take longer.
        assertThat(Duration.ofNanos(System.nanoTime() - decidedNanos)).isLessThan(Duration.ofSeconds(10));
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> answer = ask(i % 2 == 0 ? one : other, "later-" + i);
            assertThat(answer.headers().firstValue("x-weir-model")).hasValue("v1");
            assertThat(answer.headers().firstValue("x-weir-arm")).isEmpty();
        }
        assertThat(one.get("/admin/rollouts/r1").body()).contains("Rolled back from 50 %: errors");
        assertThat(one.get("/admin/rollouts/r1/post-mortem").body())
                .contains("\"dimension\":\"tenant\"", "\"value\":\"default\"", "\"candidate\":[{\"requestId\"");
    }

    @Test
    void aVersionInTheShadowAnswersCopiesThatNobodySees() throws Exception {
        begin("SHADOW", 0);
        young.answers(exchange -> exchange.json(500, "{}"));
        for (int i = 0; i < 30; i++) {
            HttpResponse<String> answer = ask(one, "chat-" + i);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("x-weir-model")).hasValue("v1");
        }
        assertThat(young.nextRequest().body()).contains("\"v2\"");
        JsonNode report = await(
                "pairs",
                node -> node.path("metrics").path(0).path("candidateBadCount").asLong() > 0);
        assertThat(report.path("metrics").path(0).path("baselineBadCount").asLong())
                .isZero();
        awaitCount("select count(*) from ledger where tenant = 'weir-shadow' and arm = 'r1/shadow'", 1);
    }

    @Test
    void aVersionThatFailsInTheShadowLeavesWhereItsPairsWereWorse() throws Exception {
        begin("SHADOW", 0);
        young.answers(exchange -> exchange.json(500, "{}"));
        for (int i = 0; i < REQUESTS_MAX && phase().equals("RUNNING"); i++) {
            ask(i % 2 == 0 ? one : other, "chat-" + i);
        }
        assertThat(one.get("/admin/rollouts/r1").body()).contains("Rolled back from the shadow stage: errors");
        JsonNode found = JsonMapper.shared()
                .readTree(one.get("/admin/rollouts/r1/post-mortem").body());
        assertThat(found.path("findings")).isNotEmpty().allSatisfy(finding -> {
            assertThat(finding.path("metric").asString()).isEqualTo("ERROR");
            assertThat(finding.path("candidateBadCount")).isEqualTo(finding.path("candidateCount"));
            assertThat(finding.path("baselineCount")).isEqualTo(finding.path("candidateCount"));
            assertThat(finding.path("baselineBadCount").asLong(-1)).isZero();
        });
        JsonNode sample = found.path("candidate").path(0);
        assertThat(sample.path("tenant").asString())
                .as("whose request it was, not the shadow's")
                .isEqualTo("default");
        awaitCount(
                "select count(*) from ledger where arm = 'r1/shadow' and id = '"
                        + sample.path("callId").asString() + "'",
                1);
    }

    @Test
    void nobodyTakesAVersionAwayThatARolloutMayGoBackTo() throws Exception {
        begin("CANARY", 0.5);
        for (String verb : List.of("UNLOAD", "SLEEP")) {
            HttpResponse<String> answer = one.post(
                    "/admin/models",
                    "{\"engine\": \"" + old.name() + "\", \"model\": \"v1\", \"verb\": \"" + verb + "\"}",
                    "weir-reason",
                    "tidying");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
            assertThat(answer.body()).contains("the rollout r1 of notes needs v1: wait for its end, or roll it back");
        }
        HttpResponse<String> aliased = one.post(
                "/admin/models/aliases",
                "{\"engine\": \"" + young.name() + "\", \"alias\": \"v2\", \"model\": \"v1\"}",
                "weir-reason",
                "tidying");
        assertThat(aliased.statusCode()).as(aliased.body()).isEqualTo(409);
    }

    @Test
    void aReplicaThatSaysThatItIsDoneDoesAsItSays() throws Exception {
        List<RunningControlPlane> leaderLast = List.of(other, one);
        for (int i = 0; i < leaderLast.size(); i++) {
            RunningControlPlane replica = leaderLast.get(i);
            String ask = "{\"model\":\"notes" + i + "\",\"messages\":[]}";
            told(replica, "/admin/rollouts", plan("r" + i, "notes" + i, "CANARY", 0.5), 201);
            HttpResponse<String> begun = replica.post(CHAT, ask);
            assertThat(begun.headers().firstValue("x-weir-arm"))
                    .as(begun.body())
                    .isPresent();
            told(replica, "/admin/rollouts/r" + i + "/rollback", "{\"reason\": \"enough\"}", 200);
            HttpResponse<String> back = replica.post(CHAT, ask);
            assertThat(back.headers().firstValue("x-weir-model")).hasValue("v1");
            assertThat(back.headers().firstValue("x-weir-arm")).isEmpty();
        }
    }

    private static void told(RunningControlPlane replica, String path, String body, int status) throws Exception {
        HttpResponse<String> answer = replica.post(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    }

    private void begin(String kind, double share) throws Exception {
        told(one, "/admin/rollouts", plan("r1", "notes", kind, share), 201);
        for (RunningControlPlane replica : List.of(one, other)) {
            Flux.interval(Duration.ofMillis(5))
                    .filter(_ -> replica.part(ArmWeights.class).of("notes").isPresent())
                    .blockFirst(WAIT_MAX);
        }
    }

    private static String plan(String id, String alias, String kind, double share) {
        return """
                {"id": "%s", "alias": "%s", "baseline": "v1", "candidate": "v2", "reason": "to see", "overrideGate": true,
                 "start": true,
                 "stages": [{"kind": "%s", "candidateShare": %s, "holdSeconds": 3600, "requestsMin": 500},
                            {"kind": "WARM", "candidateShare": 1, "holdSeconds": 3600}],
                 "guards": [{"metric": "ERROR", "role": "GUARDRAIL", "limit": 0.02}]}
                """.formatted(id, alias, kind, share);
    }

    private static HttpResponse<String> ask(RunningControlPlane replica, String chat) throws Exception {
        return replica.post(CHAT, "{\"model\":\"notes\",\"messages\":[]}", "weir-session", chat);
    }

    private String phase() throws Exception {
        return report().path("phase").asString();
    }

    private JsonNode report() throws Exception {
        return JsonMapper.shared()
                .readTree(one.get("/admin/rollouts/r1").body())
                .path("report");
    }

    private static long units(JsonNode report) {
        JsonNode units = report.path("assignment");
        return units.path("candidateUnitCount").asLong()
                + units.path("baselineUnitCount").asLong();
    }

    private JsonNode await(String what, Predicate<JsonNode> enough) {
        JsonNode found = Flux.interval(Duration.ofMillis(20))
                .concatMap(_ -> Mono.fromCallable(this::report))
                .filter(enough)
                .blockFirst(WAIT_MAX);
        assertThat(found).as(what).isNotNull();
        return found;
    }

    private void awaitCount(String query, long least) {
        Long count = Flux.interval(Duration.ofMillis(20))
                .map(_ -> one.part(Database.class)
                        .jdbc()
                        .sql(query)
                        .query(Long.class)
                        .single())
                .filter(found -> found >= least)
                .blockFirst(WAIT_MAX);
        assertThat(count).isNotNull();
    }
}
