package dev.weir.control;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Weir with everything that its pages show, and a browser that is signed in: the packaged control plane, a real engine with demo models,
 * an engine that can be broken, and an issuer. Started once, for all classes that want it.
 */
final class InterfaceStack implements AutoCloseable {
    /** A model that answers as long as nobody breaks it. */
    static final String FLAWED = "flawed";

    private static final String ANSWER = "{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}";

    private static final String NOTHING =
            "{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":0,\"total_tokens\":3}}";

    private static final Path MODELS = WeirProcess.HOME.resolve("models/demo");
    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);
    private final SystemBrowser browser;
    private final ScriptedEngine flawed;
    private final LocalIssuer issuer;
    private final WeirProcess weir;
    private final BrowserContext signedIn;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private InterfaceStack(SystemBrowser browser) throws IOException, InterruptedException {
        this.browser = browser;
        flawed = ScriptedEngine.with(FLAWED);
        mendFlawed();
        issuer = new LocalIssuer();
        int port = WeirProcess.freePort();
        Path directory = Files.createTempDirectory("weir-interface-");
        Path configuration = Files.writeString(
                directory.resolve("weir.yaml"),
                configuration(flawed.url(), issuer.configuration(URI.create("http://127.0.0.1:" + port + "/"))));
        weir = WeirProcess.serveOn(
                        port,
                        "--model",
                        MODELS.resolve("weir-demo-fast").toString(),
                        "--model",
                        MODELS.resolve("weir-demo-power").toString(),
                        "--config",
                        configuration.toString())
                .awaitReady();
        signedIn = browser.visitor(ColorScheme.LIGHT, 1360, 900);
        try (Page first = signedIn.newPage()) {
            signIn(first, weir.adminKey());
        }
    }

    private static String configuration(URI flawed, String oidc) {
        return """
            tiers: {fast: weir-demo-fast, power: weir-demo-power}
            prices:
              weir-demo-fast: {input: 0.02, output: 0.06}
              weir-demo-power: {input: 0.20, output: 0.60}
            rules:
              - name: judges
                when: headers['x-feature'] == 'judge'
                use: power
            aliases:
              support: {use: weir-demo-fast}
              chat: {use: weir-demo-fast}
            engines:
              flawed: {url: "%s"}
            weir:
              rollout: {beat: 20ms, tick: 100ms, look: 200ms}
              identity: {oidc: %s}
            """.formatted(flawed, oidc);
    }

    static final class Shared extends SharedStack<InterfaceStack> {
        Shared() {
            super(InterfaceStack.class);
        }

        @Override
        InterfaceStack start() throws IOException, InterruptedException {
            return new InterfaceStack(SystemBrowser.launchOrSkip());
        }
    }

    Page newPage() {
        return signedIn.newPage();
    }

    /** From now on {@link #FLAWED} answers, whatever was done to it before. */
    void mendFlawed() {
        flawed.answers(exchange -> exchange.json(exchange.request().path().startsWith("/v1/") ? 200 : 404, ANSWER));
    }

    /** From now on there is nothing in what {@link #FLAWED} answers. Its engine is as healthy as before, for others to break. */
    void silenceFlawed() {
        flawed.answers(exchange -> exchange.json(exchange.request().path().startsWith("/v1/") ? 200 : 404, NOTHING));
    }

    /** From now on {@link #FLAWED} answers nothing but errors. */
    void breakFlawed() {
        flawed.answers(exchange -> exchange.json(500, "{\"error\":{\"message\":\"it is broken\"}}"));
    }

    /** Somebody else's browser, that nobody has signed in with. */
    BrowserContext visitor() {
        return browser.visitor(ColorScheme.LIGHT, 1360, 900);
    }

    String adminKey() {
        return weir.adminKey();
    }

    /** Of somebody who may do this and nothing else. */
    String key(String scope) throws IOException, InterruptedException {
        return JsonMapper.shared()
                .readTree(post(
                                "/admin/keys",
                                "{\"tenant\":\"default\",\"name\":\"of a %1$s\",\"scopes\":[\"%1$s\"]}"
                                        .formatted(scope))
                        .body())
                .path("key")
                .asString();
    }

    String address(String path) {
        return weir.uri("/ui/" + path).toString();
    }

    void signIn(Page at, String key) {
        at.navigate(address(""));
        at.getByLabel("API key").fill(key);
        at.keyboard().press("Enter");
        assertThat(at.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Overview")))
                .isVisible();
    }

    HttpResponse<String> get(String path, String key) throws IOException, InterruptedException {
        return http.send(request(path, key).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return http.send(
                request(path, adminKey())
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path, String key) {
        return HttpRequest.newBuilder(weir.uri(path)).timeout(ANSWER_MAX).header("authorization", "Bearer " + key);
    }

    @Override
    public void close() throws IOException {
        browser.close();
        weir.close();
        issuer.close();
        flawed.close();
        http.close();
    }
}
