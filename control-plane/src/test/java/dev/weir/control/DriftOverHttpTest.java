package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Drift and targets as the administration serves them, of a Weir that nobody has asked anything. */
class DriftOverHttpTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private static KeyedWeir keyed;
    private static RunningControlPlane weir;
    private static String admin;

    @BeforeAll
    static void start() throws IOException {
        keyed = KeyedWeir.start();
        weir = keyed.weir();
        admin = keyed.admin();
    }

    @AfterAll
    static void stop() throws IOException {
        keyed.close();
    }

    private static HttpResponse<String> get(String path, String key) throws IOException, InterruptedException {
        return weir.get(path, "authorization", "Bearer " + key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/drift", "/admin/drift/rates", "/admin/targets"})
    void whoeverMaySeeMaySeeThemAndNobodyElse(String path) throws Exception {
        assertThat(weir.get(path).statusCode()).isEqualTo(401);
        assertThat(get(path, keyed.key("inference")).statusCode()).isEqualTo(403);
        assertThat(get(path, keyed.key("admin:view")).statusCode()).isEqualTo(200);
        HttpResponse<String> posted = weir.post(path, "{}", "authorization", "Bearer " + admin);
        assertThat(posted.statusCode()).isEqualTo(405);
    }

    @Test
    void whereNothingWasAskedNothingHasMoved() throws Exception {
        assertThat(JSON.readTree(get("/admin/drift", admin).body())).isEmpty();
        assertThat(JSON.readTree(get("/admin/drift/rates", admin).body())).isEmpty();
    }

    @Test
    void whatWasNotMeasuredIsNeitherReachedNorMissed() throws Exception {
        JsonNode targets = JSON.readTree(get("/admin/targets", admin).body());
        assertThat(targets.valueStream().map(target -> target.path("name").asString()))
                .containsExactly(
                        "accuracy", "hallucination", "latency-p50", "latency-p95", "latency-p99", "satisfaction");
        assertThat(targets.valueStream().map(target -> target.path("target").asDouble()))
                .containsExactly(0.92, 0.03, 1.5, 4.0, 8.0, 0.85);
        assertThat(targets).allSatisfy(target -> {
            assertThat(target.path("value").isNull()).isTrue();
            assertThat(target.path("met").isNull()).isTrue();
            assertThat(target.path("sampleCount").asLong(-1)).isZero();
        });
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, `limit` is from 1 to 2000",
        "limit=2001, `limit` is from 1 to 2000",
        "limit=many, limit",
        "verdict=SIDEWAYS, verdict"
    })
    void whatCannotBeAskedIsRefusedByItsName(String query, String named) throws Exception {
        HttpResponse<String> refused = get("/admin/drift?" + query, admin);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains(named);
    }

    @Test
    void theDocumentHasThem() throws Exception {
        JsonNode paths = JSON.readTree(get("/admin/openapi.json", admin).body()).path("paths");
        for (String path : List.of("/admin/drift", "/admin/drift/rates", "/admin/targets")) {
            assertThat(paths.path(path)
                            .path("get")
                            .path("responses")
                            .path("200")
                            .isObject())
                    .as(path)
                    .isTrue();
        }
    }
}
