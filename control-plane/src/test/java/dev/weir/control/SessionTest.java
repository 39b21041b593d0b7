package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Browsers that sign in, over HTTP, and the pages that they are given. */
class SessionTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String SESSION = "/ui/session";
    private static final String NEW_TENANT = "{\"id\":\"%s\",\"name\":\"made in a browser\"}";

    private static KeyedWeir keyed;
    private static RunningControlPlane weir;
    private static String admin;

    /** What a browser keeps. */
    private record Browser(String cookie, String antiForgery) {
        String[] headers() {
            return new String[] {"cookie", cookie, "weir-csrf", antiForgery};
        }
    }

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

    private static HttpResponse<String> signInAnswer(String key) throws IOException, InterruptedException {
        return weir.post(SESSION, JSON.createObjectNode().put("key", key).toString());
    }

    private static Browser signIn(String key) throws IOException, InterruptedException {
        HttpResponse<String> answer = signInAnswer(key);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String cookie = answer.headers().firstValue("set-cookie").orElseThrow();
        return new Browser(
                cookie.substring(0, cookie.indexOf(';')),
                JSON.readTree(answer.body()).path("csrf").asString());
    }

    @Test
    void aKeySignsInAndStaysOutOfTheBrowser() throws Exception {
        HttpResponse<String> answer = signInAnswer(" " + admin + " ");
        assertThat(answer.headers().firstValue("set-cookie").orElseThrow())
                .contains("HttpOnly", "SameSite=Strict", "Path=/")
                .doesNotContain("Secure", admin.substring(15));
        assertThat(answer.body()).contains("admin:administer").doesNotContain(admin.substring(15));
        Browser browser = signIn(admin);
        assertThat(weir.get("/admin/tenants", browser.headers()).statusCode()).isEqualTo(200);
        assertThat(weir.get(SESSION, browser.headers()).body())
                .contains("\"signedIn\":true", "\"csrf\":\"" + browser.antiForgery() + "\"");
    }

    @Test
    void behindAProxyThatEncryptsTheCookieIsForEncryptedConnections() throws Exception {
        HttpResponse<String> answer =
                weir.post(SESSION, JSON.createObjectNode().put("key", admin).toString(), "x-forwarded-proto", "https");
        assertThat(answer.headers().firstValue("set-cookie").orElseThrow()).contains("Secure");
    }

    @Test
    void whatAnotherSitesPageSendsChangesNothing() throws Exception {
        Browser browser = signIn(admin);
        String order = NEW_TENANT.formatted("forged");
        assertThat(weir.post("/admin/tenants", order, "cookie", browser.cookie())
                        .statusCode())
                .isEqualTo(401);
        assertThat(weir.post("/admin/tenants", order, "cookie", browser.cookie(), "weir-csrf", "guessed")
                        .statusCode())
                .isEqualTo(401);
        assertThat(weir.post("/v1/chat/completions", "{\"model\":\"m\"}", "cookie", browser.cookie())
                        .statusCode())
                .isEqualTo(401);
        assertThat(weir.get("/admin/tenants", browser.headers()).body()).doesNotContain("forged");
        assertThat(weir.post("/admin/tenants", NEW_TENANT.formatted("meant"), browser.headers())
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void aBrowserAsksModelsAsItsKey() throws Exception {
        keyed.engine().answers(exchange -> exchange.json(200, "{\"ok\":1}"));
        assertThat(weir.post(
                                "/v1/chat/completions",
                                "{\"model\":\"m\",\"messages\":[]}",
                                signIn(admin).headers())
                        .statusCode())
                .isEqualTo(200);
        assertThat(keyed.engine().nextRequest().headers()).doesNotContainKeys("cookie", "weir-csrf");
    }

    @Test
    void signingOutEndsIt() throws Exception {
        Browser browser = signIn(admin);
        HttpResponse<String> answer = weir.delete(SESSION, browser.headers());
        assertThat(answer.headers().firstValue("set-cookie").orElseThrow()).contains("Max-Age=0");
        assertThat(weir.get("/admin/tenants", browser.headers()).statusCode()).isEqualTo(401);
        assertThat(weir.get(SESSION, browser.headers()).body()).contains("\"signedIn\":false");
    }

    @Test
    void aKeyThatIsRevokedEndsItsSessions() throws Exception {
        String key = keyed.key("admin:view");
        Browser browser = signIn(key);
        assertThat(weir.get("/admin/tenants", browser.headers()).statusCode()).isEqualTo(200);
        weir.post(
                "/admin/keys/" + key.substring(3, 15) + "/revoke",
                "{}",
                "authorization",
                "Bearer " + admin,
                "weir-reason",
                "a test");
        assertThat(weir.get("/admin/tenants", browser.headers()).statusCode()).isEqualTo(401);
    }

    @Test
    void ofOneKeyTheOldestSessionsEnd() throws Exception {
        String key = keyed.key("admin:view");
        Browser first = signIn(key);
        Browser second = signIn(key);
        for (int i = 0; i < 31; i++) {
            signIn(key);
        }
        assertThat(weir.get("/admin/tenants", first.headers()).statusCode()).isEqualTo(401);
        assertThat(weir.get("/admin/tenants", second.headers()).statusCode()).isEqualTo(200);
    }

    @Test
    void whoMaySeeNothingIsNotSignedIn() throws Exception {
        assertThat(signInAnswer(keyed.key("inference")).statusCode()).isEqualTo(403);
        assertThat(signInAnswer("wk-nothing").statusCode()).isEqualTo(401);
        assertThat(weir.get(SESSION).body()).contains("\"signedIn\":false");
        assertThat(weir.get("/admin/tenants", "cookie", "weir_session=made-up").statusCode())
                .isEqualTo(401);
    }

    private static void requireInterface() {
        assumeThat(SessionTest.class.getResource("/ui/index.html"))
                .as("the user interface was not built, because npm is missing: apt-get install npm")
                .isNotNull();
    }

    @Test
    void everyAddressOfAPageAnswersWithTheOnePageThatRunsOnlyOurs() throws Exception {
        requireInterface();
        for (String path : List.of("/ui/", "/ui/models", "/ui/requests/some.id/..")) {
            HttpResponse<String> page = weir.get(path);
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("content-type")).hasValue("text/html;charset=utf-8");
            assertThat(page.headers().firstValue("cache-control")).hasValue("no-cache");
            assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe", "http");
            assertThat(page.body()).contains("<div id=\"weir\">").doesNotContain("<style", "style=", "<script>");
        }
        assertThat(weir.get("/ui").headers().firstValue("location")).hasValue("/ui/");
    }

    @Test
    void assetsAreKeptByBrowsersAndComeSmall() throws Exception {
        requireInterface();
        String asset = weir.get("/ui/")
                .body()
                .lines()
                .filter(line -> line.contains("<script"))
                .map(line -> line.replaceAll(".*src=\"([^\"]+)\".*", "$1"))
                .findFirst()
                .orElseThrow();
        HttpResponse<String> plain = weir.get(asset);
        assertThat(plain.headers().firstValue("cache-control").orElseThrow()).contains("immutable");
        assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
        assertThat(weir.get(asset, "accept-encoding", "gzip").headers().firstValue("content-encoding"))
                .isEqualTo(Optional.of("gzip"));
        assertThat(weir.get("/ui/assets/absent.js").statusCode()).isEqualTo(404);
        JsonNode error = JSON.readTree(weir.get("/admin/tenants").body()).path("error");
        assertThat(error.path("code").asString()).isEqualTo("invalid_api_key");
    }
}
