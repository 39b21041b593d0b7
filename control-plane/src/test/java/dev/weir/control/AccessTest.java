package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.identity.Registry;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.util.pattern.PathPattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who is let in, over HTTP. */
class AccessTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"model\":\"m\",\"messages\":[]}";

    private static ScriptedEngine engine;
    private static RunningControlPlane weir;
    private static String admin;

    @BeforeAll
    static void start() throws IOException {
        engine = ScriptedEngine.with("m");
        weir = new RunningControlPlane(
                List.of(engine),
                "--weir.identity.insecure-no-auth=false",
                "--weir.upstream.proxy-secret=0123456789abcdef");
        admin = weir.part(Registry.class).bootstrap(false).orElseThrow().text().reveal();
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
    }

    private static HttpResponse<String> admin(String path, String body) throws IOException, InterruptedException {
        return weir.post(path, body, "authorization", "Bearer " + admin, "weir-reason", "a%20test");
    }

    private static JsonNode created(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = admin(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return JSON.readTree(response.body());
    }

    private static String key(String tenant, String... scopes) throws IOException, InterruptedException {
        return created(
                        "/admin/keys",
                        JSON.createObjectNode()
                                .put("tenant", tenant)
                                .put("name", "of a test")
                                .set("scopes", JSON.valueToTree(scopes))
                                .toString())
                .path("key")
                .asString();
    }

    private static void assertRefused(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).isEqualTo(status);
        JsonNode error = JSON.readTree(response.body()).path("error");
        assertThat(error.path("code").asString()).isEqualTo(code);
        assertThat(error.path("message").asString()).isNotBlank();
        assertThat(error.path("type").asString()).isEqualTo("invalid_request_error");
    }

    @Test
    void withoutAKeyNothingIsAnsweredButHowWeirIs() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{}"));
        assertRefused(weir.post(CHAT, ASK), 401, "invalid_api_key");
        assertRefused(weir.get("/v1/models"), 401, "invalid_api_key");
        assertRefused(weir.get("/v1/models/m"), 401, "invalid_api_key");
        assertRefused(weir.get("/admin/keys"), 401, "invalid_api_key");
        assertRefused(weir.get("/admin/engines"), 401, "invalid_api_key");
        assertThat(weir.post(CHAT, ASK).headers().firstValue("www-authenticate"))
                .hasValue("Bearer");
        assertThat(weir.get("/actuator/health").statusCode()).isEqualTo(200);
        assertThat(engine.hasRequest()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%61dmin/keys", "/admi%6E/requests", "/admin;x/tenants", "/admin;/audit"})
    void howAPathIsWrittenOpensNothing(String path) throws Exception {
        assertRefused(weir.get(path), 401, "invalid_api_key");
    }

    @Test
    void nothingThatIsAdministeredIsOpenHoweverItsPathIsWritten() throws Exception {
        int asked = 0;
        for (RequestMappingInfo mapping : weir.part(RequestMappingHandlerMapping.class, "requestMappingHandlerMapping")
                .getHandlerMethods()
                .keySet()) {
            for (String pattern : mapping.getDirectPaths().isEmpty()
                    ? mapping.getPatternsCondition().getPatterns().stream()
                            .map(PathPattern::getPatternString)
                            .toList()
                    : List.copyOf(mapping.getDirectPaths())) {
                if (!pattern.startsWith("/admin")) {
                    continue;
                }
                String path = pattern.replaceAll("\\{[^/]*}", "x");
                boolean posted = mapping.getMethodsCondition().getMethods().contains(RequestMethod.POST);
                for (String written :
                        List.of(path.replace("/admin", "/%61dmin"), path.replace("/admin", "/admin;a=b"))) {
                    HttpResponse<String> answer = posted ? weir.post(written, "{}") : weir.get(written);
                    assertThat(answer.statusCode()).as(written).isEqualTo(401);
                    asked++;
                }
            }
        }
        assertThat(asked).isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer wk-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "Bearer wk-short",
                "Bearer sk-something",
                "Bearer a.b.c",
                "Basic dXNlcjpwYXNz"
            })
    void whatIsNoKeyIsRefused(String authorization) throws Exception {
        assertRefused(weir.post(CHAT, ASK, "authorization", authorization), 401, "invalid_api_key");
    }

    @Test
    void aRefusedRequestLeavesItsConnectionUsable() throws Exception {
        engine.answers(exchange -> exchange.json(200, "{\"ok\":1}"));
        try (Socket client = weir.connect()) {
            RunningControlPlane.send(client, CHAT, "", ASK);
            RunningControlPlane.readUntil(client, text -> text.contains("invalid_api_key\"}}"));
            RunningControlPlane.send(client, CHAT, "authorization: Bearer " + admin + "\r\n", ASK);
            assertThat(RunningControlPlane.readUntil(client, text -> text.endsWith("{\"ok\":1}")))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aRequestReachesTheEngineAsItsTenantAndWithoutItsKey() throws Exception {
        created("/admin/tenants", "{\"id\":\"acme\",\"name\":\"ACME\",\"weight\":7}");
        String key = key("acme", "inference");
        engine.answers(exchange -> exchange.json(200, "{}"));
        // As Anthropic's clients send it.
        assertThat(weir.post(CHAT, ASK, "x-api-key", key).statusCode()).isEqualTo(200);
        assertThat(engine.nextRequest().headers())
                .containsEntry("x-weir-tenant", "acme")
                .containsEntry("x-weir-tenant-weight", "7")
                .doesNotContainKeys("authorization", "x-api-key");
    }

    @ParameterizedTest
    @CsvSource({
        "admin:view, POST, /v1/chat/completions, inference",
        "inference, GET, /admin/tenants, admin:view",
        "inference, GET, /admin/configuration, admin:view",
        "admin:view, POST, /admin/tenants, admin:administer",
        "admin:operate, POST, /admin/keys, admin:administer",
        "admin:operate, POST, /admin/%6beys, admin:administer",
        "admin:operate, POST, /admin/tenants;a=b, admin:administer",
        "admin:operate, POST, /admin/providers/p, admin:administer",
        "admin:view, POST, /admin/engines/e/drain, admin:operate"
    })
    void aKeyMayDoWhatItsScopesSayAndIsToldWhichOneIsMissing(String has, String method, String path, String needs)
            throws Exception {
        String[] bearer = {"authorization", "Bearer " + key("default", has)};
        HttpResponse<String> response = method.equals("GET") ? weir.get(path, bearer) : weir.post(path, ASK, bearer);
        assertRefused(response, 403, "missing_scope");
        assertThat(response.body()).contains("`" + needs + "`");
    }

    @Test
    void whatWantsAReasonWantsItHoweverItsPathIsWritten() throws Exception {
        for (String written : List.of("%72evoke", "revoke;x")) {
            HttpResponse<String> answer =
                    weir.post("/admin/keys/x/" + written, "{}", "authorization", "Bearer " + admin);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
            assertThat(answer.body()).contains("weir-reason");
        }
    }

    @Test
    void aPathMeansTheSameHoweverItIsWritten() throws Exception {
        engine.answers(exchange -> exchange.json(429, "{\"error\":{\"message\":\"later\"}}"));
        String ask = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        for (String written : List.of("/v1/%6dessages", "/v1/messages;x")) {
            HttpResponse<String> answer = weir.post(written, ask, "x-api-key", admin);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
            assertThat(answer.body()).contains("\"type\":\"error\"");
        }
        assertThat(weir.post("/v1/chat/%63ompletions", ask, "x-api-key", admin).statusCode())
                .isEqualTo(429);
    }

    @Test
    void aKeyIsShownOnceRotatedAndRevoked() throws Exception {
        String first = key("default", "inference");
        String id = first.substring(3, 15);
        String list =
                weir.get("/admin/keys", "authorization", "Bearer " + admin).body();
        assertThat(list).contains(id).doesNotContain(first.substring(15)).doesNotContain("hash");
        String second = created("/admin/keys/" + id + "/rotate", "{\"overlapSeconds\":3600}")
                .path("key")
                .asString();
        for (String key : List.of(first, second)) {
            assertThat(weir.get("/v1/models", "authorization", "Bearer " + key).statusCode())
                    .isEqualTo(200);
        }
        assertThat(admin("/admin/keys/" + id + "/revoke", "{}").statusCode()).isEqualTo(200);
        assertRefused(weir.get("/v1/models", "authorization", "Bearer " + first), 401, "invalid_api_key");
        assertThat(weir.get("/admin/audit?limit=1000", "authorization", "Bearer " + admin)
                        .body())
                .contains("key.rotate", "key.revoke", id)
                .doesNotContain(first.substring(15), second.substring(15));
        assertThat(weir.get("/admin/audit/verdict", "authorization", "Bearer " + admin)
                        .body())
                .contains("\"intact\":true");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /admin/keys/nothing/revoke, {}",
        "POST, /admin/keys/nothing/rotate, {}",
        "POST, /admin/engines/nothing/drain, {}",
        "POST, /admin/evaluations/nothing/cancel, {}",
        "POST, /admin/configuration/reload, {}",
        "PATCH, /admin/tenants/nothing, {\"weight\":2}",
        "PATCH, /admin/users/nothing, {\"noRole\":true}",
        "PATCH, /admin/limits/nothing, {\"max\":1}",
        "DELETE, /admin/engines/nothing, ''",
        "DELETE, /admin/providers/nothing, ''",
        "DELETE, /admin/limits/nothing, ''",
        "DELETE, /admin/cache/default, ''",
        "DELETE, /admin/whatever/comes, ''"
    })
    void whatTakesSomethingAwayOrChangesItWantsAReason(String method, String path, String body) throws Exception {
        HttpResponse<String> refused;
        try (HttpClient http = HttpClient.newHttpClient()) {
            refused = http.send(
                    HttpRequest.newBuilder(weir.uri(path))
                            .header("authorization", "Bearer " + admin)
                            .header("content-type", "application/json")
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("say why, in the header weir-reason");
    }

    @Test
    void whatAnAdministratorGetsWrongIsTold() throws Exception {
        assertThat(admin("/admin/tenants", "{\"id\":\"default\",\"name\":\"again\"}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(admin("/admin/keys/nothing/revoke", "{}").statusCode()).isEqualTo(404);
        HttpResponse<String> response =
                admin("/admin/keys", "{\"tenant\":\"default\",\"name\":\"x\",\"scopes\":[\"everything\"]}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("there is no scope 'everything'");
    }
}
