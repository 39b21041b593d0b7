package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.identity.Registry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Browsers that sign in at an issuer, over HTTP. */
class SingleSignOnTest {
    private static final String SESSION = "/ui/session";
    private static final String RETURN = SESSION + "/oidc/return";

    private static LocalIssuer issuer;
    private static ScriptedEngine engine;
    private static RunningControlPlane weir;
    private static String admin;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        issuer = new LocalIssuer();
        engine = ScriptedEngine.with("m");
        Path configuration = Files.writeString(
                directory.resolve("weir.yaml"),
                "weir: {identity: {oidc: " + issuer.configuration(URI.create("http://weir.test/")) + "}}");
        weir = new RunningControlPlane(
                List.of(engine),
                "--weir.identity.insecure-no-auth=false",
                "--spring.config.additional-location=" + configuration.toUri());
        admin = weir.part(Registry.class).bootstrap(false).orElseThrow().text().reveal();
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        engine.close();
        issuer.close();
    }

    /** What a browser has when the issuer sends it back. */
    private record Returned(String secret, String query) {}

    private static Returned atIssuer(String subject) throws IOException, InterruptedException {
        HttpResponse<String> departure = weir.get(SESSION + "/oidc");
        assertThat(departure.statusCode()).isEqualTo(302);
        String cookie = departure.headers().firstValue("set-cookie").orElseThrow();
        assertThat(cookie).contains("HttpOnly", "SameSite=Lax", "Path=/ui/session/oidc");
        URI location = URI.create(departure.headers().firstValue("location").orElseThrow());
        assertThat(location.getQuery())
                .contains("code_challenge_method=S256", "redirect_uri=http://weir.test" + RETURN);
        try (HttpClient browser = HttpClient.newHttpClient()) {
            String page = browser.send(HttpRequest.newBuilder(location).build(), BodyHandlers.ofString())
                    .body();
            Matcher link = Pattern.compile("return\\?([^\"]+)\">" + subject).matcher(page);
            assertThat(link.find()).as(page).isTrue();
            return new Returned(
                    cookie.substring(0, cookie.indexOf(';')), link.group(1).replace("&amp;", "&"));
        }
    }

    private static HttpResponse<String> arrive(String cookie, String query) throws IOException, InterruptedException {
        return weir.get(RETURN + "?" + query, "cookie", cookie);
    }

    private static String session(HttpResponse<String> arrival) {
        assertThat(arrival.headers().firstValue("location")).hasValue("/ui/");
        return arrival.headers().allValues("set-cookie").stream()
                .filter(cookie -> cookie.startsWith("weir_session="))
                .peek(cookie -> assertThat(cookie).contains("HttpOnly", "SameSite=Strict"))
                .map(cookie -> cookie.substring(0, cookie.indexOf(';')))
                .findFirst()
                .orElseThrow();
    }

    private static void assertNotSignedIn(HttpResponse<String> arrival, String reason) {
        assertThat(arrival.headers().firstValue("location")).hasValue("/ui/?refused=" + reason);
        assertThat(arrival.headers().allValues("set-cookie")).noneMatch(cookie -> cookie.startsWith("weir_session="));
    }

    @Test
    void somebodyWhomTheIssuerKnowsIsSignedInWithTheirRole() throws Exception {
        Returned back = atIssuer("anna");
        String session = session(arrive(back.secret(), back.query()));
        String status = weir.get(SESSION, "cookie", session).body();
        assertThat(status)
                .contains("\"user\":\"anna\"", "admin:operate", "\"csrf\":\"", "\"singleSignOn\":true")
                .doesNotContain("admin:administer");
        assertThat(weir.get("/admin/tenants", "cookie", session).statusCode()).isEqualTo(200);
        // Of the browser that asked, and once.
        assertNotSignedIn(arrive(back.secret(), back.query()), "unknown");
    }

    @Test
    void aCodeIsWorthNothingToAnotherBrowser() throws Exception {
        Returned stolen = atIssuer("anna");
        assertNotSignedIn(arrive(atIssuer("anna").secret(), stolen.query()), "unknown");
        assertNotSignedIn(weir.get(RETURN + "?" + stolen.query()), "late");
        // Nor with a state that fits to a code that does not.
        Returned own = atIssuer("anna");
        String mixed = own.query().replaceAll("code=[^&]+", stolen.query().replaceAll(".*(code=[^&]+).*", "$1"));
        assertNotSignedIn(arrive(own.secret(), mixed), "unknown");
    }

    @Test
    void whoMaySeeNothingIsNotSignedIn() throws Exception {
        Returned back = atIssuer("bert");
        assertNotSignedIn(arrive(back.secret(), back.query()), "role");
        assertNotSignedIn(arrive(back.secret(), "error=access_denied"), "issuer");
    }

    @Test
    void whoIsDisabledHereIsOutAtOnce() throws Exception {
        String[] administrator = {"authorization", "Bearer " + admin, "weir-reason", "a%20test"};
        weir.post(
                "/admin/users",
                "{\"id\":\"carla\",\"tenant\":\"default\",\"name\":\"Carla\",\"role\":\"ADMIN\"}",
                administrator);
        Returned back = atIssuer("carla");
        String session = session(arrive(back.secret(), back.query()));
        assertThat(weir.get(SESSION, "cookie", session).body()).contains("admin:administer");
        assertThat(weir.patch("/admin/users/carla", "{\"enabled\":false}", administrator)
                        .statusCode())
                .isEqualTo(200);
        assertThat(weir.get("/admin/tenants", "cookie", session).statusCode()).isEqualTo(401);
    }
}
