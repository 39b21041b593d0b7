package dev.weir.control;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ViewportSize;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people do in their browsers, with the packaged control plane, a real engine and demo models behind it. */
class UserInterfaceIT {
    private static final Path MODELS = WeirProcess.HOME.resolve("models/demo");
    private static final Path PICTURES = Path.of("target/screenshots");
    private static final String CONFIGURATION = """
            tiers: {fast: weir-demo-fast, power: weir-demo-power}
            prices:
              weir-demo-fast: {input: 0.02, output: 0.06}
              weir-demo-power: {input: 0.20, output: 0.60}
            rules:
              - name: judges
                when: headers['x-feature'] == 'judge'
                use: power
            """;
    private static final List<String> PAGES = List.of(
            "",
            "models",
            "rollouts",
            "playground",
            "requests",
            "cost",
            "evaluations",
            "admin/keys",
            "admin/tenants",
            "admin/users",
            "admin/limits",
            "admin/routing",
            "admin/configuration",
            "admin/audit");

    @TempDir
    static Path directory;

    private static WeirProcess weir;
    private static SystemBrowser browser;
    private static BrowserContext signedIn;

    private final List<String> complaints = new ArrayList<>();
    private Page page;

    @BeforeAll
    static void start() throws Exception {
        browser = SystemBrowser.launchOrSkip();
        Path configuration = Files.writeString(directory.resolve("weir.yaml"), CONFIGURATION);
        weir = WeirProcess.serve(
                        "--model", MODELS.resolve("weir-demo-fast").toString(),
                        "--model", MODELS.resolve("weir-demo-power").toString(),
                        "--config", configuration.toString())
                .awaitReady();
        signedIn = browser.visitor(ColorScheme.LIGHT, 1360, 900);
        try (Page first = signedIn.newPage()) {
            signIn(first, weir.adminKey());
        }
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (weir != null) {
            weir.close();
        }
    }

    @BeforeEach
    void open() {
        page = watched(signedIn.newPage());
    }

    @AfterEach
    void close() {
        page.close();
        assertThat(complaints).as("what the browser complained of").isEmpty();
    }

    /** Notes errors: of scripts, of the page's policy, of what cannot be had. */
    private Page watched(Page fresh) {
        fresh.onPageError(complaints::add);
        fresh.onConsoleMessage(message -> {
            // That a refusal was one is what some tests are about.
            if (message.type().equals("error") && !message.text().contains("the server responded with a status of 4")) {
                complaints.add(message.text());
            }
        });
        return fresh;
    }

    private static String address(String path) {
        return weir.uri("/ui/" + path).toString();
    }

    private static void signIn(Page at, String key) {
        at.navigate(address(""));
        at.getByLabel("API key").fill(key);
        at.keyboard().press("Enter");
        assertThat(at.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Overview")))
                .isVisible();
    }

    private static Locator button(Page at, String name) {
        return at.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator inRow(Locator row, String name) {
        return row.getByRole(
                AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    /** Gives a reason in the dialog that asks for one, and goes on. */
    private void confirm(String action) {
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        Locator go = dialog.getByRole(
                AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(action).setExact(true));
        assertThat(go).isDisabled();
        dialog.getByLabel("Reason, for the audit log").fill("a test");
        go.click();
        assertThat(dialog).isHidden();
    }

    @Test
    void aKeySignsInAndOutAndAWrongOneIsTold() {
        try (BrowserContext visitor = browser.visitor(ColorScheme.LIGHT, 1360, 900)) {
            Page fresh = watched(visitor.newPage());
            fresh.navigate(address("models"));
            fresh.getByLabel("API key").fill("wk-" + "A".repeat(52));
            fresh.keyboard().press("Enter");
            assertThat(fresh.getByRole(AriaRole.ALERT)).containsText("there is no such API key");
            signIn(fresh, weir.adminKey());
            assertThat(fresh.locator(".role")).hasText("admin");
            assertThat(fresh.evaluate("() => document.cookie + JSON.stringify(localStorage)"))
                    .isEqualTo("{}");
            button(fresh, "Sign out").click();
            assertThat(fresh.getByLabel("API key")).isVisible();
        }
    }

    @Test
    void aModelIsUnloadedAndLoadedAgain() {
        page.navigate(address("models"));
        Locator row = page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText("weir-demo-power"));
        inRow(row, "Unload").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("Requests for it are then refused with 404");
        confirm("Unload");
        assertThat(row).containsText("not loaded");
        inRow(row, "Load").click();
        confirm("Load");
        assertThat(row).containsText("ready");
        page.navigate(address("admin/audit"));
        assertThat(page.getByText("model.load")).isVisible();
        assertThat(page.getByText("a test").first()).isVisible();
    }

    @Test
    void twoModelsAnswerSideBySide() {
        page.navigate(address("playground"));
        button(page, "Compare with another").click();
        page.getByLabel("Prompt", new Page.GetByLabelOptions().setExact(true)).fill("How early do I have to check in?");
        page.keyboard().press("Control+Enter");
        Locator answers = page.locator("[data-answer]");
        assertThat(answers).hasCount(2);
        for (int i = 0; i < 2; i++) {
            assertThat(answers.nth(i)).hasAttribute("aria-busy", "false");
            assertThat(answers.nth(i)).not().isEmpty();
        }
        assertThat(page.getByText("This request’s way")).hasCount(2);
        page.getByText("This request’s way").first().click();
        assertThat(page.getByText("for the feature playground")).isVisible();
    }

    @Test
    void aRuleIsTriedOnARequestAndPutInPlace() {
        page.navigate(address("admin/configuration"));
        Locator editor = page.getByLabel("Configuration, as YAML");
        editor.fill(editor.inputValue().replace("'judge'", "'examiner'"));
        assertThat(page.getByLabel("Difference")).containsText("'examiner'");
        page.getByLabel("Header", new Page.GetByLabelOptions().setExact(true)).fill("x-feature: examiner");
        button(page, "Where would it go then?").click();
        assertThat(page.locator("[data-explanation]")).containsText("To weir-demo-power");
        button(page, "Put in place…").click();
        confirm("Put in place");
        assertThat(page.getByText("as it was before the first change")).isVisible();
        page.navigate(address("admin/routing"));
        page.getByLabel("Header", new Page.GetByLabelOptions().setExact(true)).fill("x-feature: examiner");
        button(page, "Where would it go?").click();
        assertThat(page.locator("[data-explanation]")).containsText("judges");
    }

    @Test
    void aKeyIsMadeAndRevoked() throws Exception {
        page.navigate(address("admin/keys"));
        button(page, "New key").click();
        page.getByLabel("Name: who or what holds it").fill("the booking service");
        button(page, "Make the key").click();
        String key = page.locator("[data-key]").innerText().strip();
        assertThat(statusWith(key)).isEqualTo(200);
        button(page, "I have it").click();
        Locator row =
                page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText("the booking service"));
        inRow(row, "Revoke").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("are refused with 401");
        confirm("Revoke");
        assertThat(row).containsText("revoked");
        assertThat(statusWith(key)).isEqualTo(401);
    }

    private static int statusWith(String key) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(weir.uri("/v1/models"))
                                    .header("authorization", "Bearer " + key)
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void everythingIsReachedByKeys() {
        page.navigate(address(""));
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Engines")))
                .isVisible();
        page.keyboard().press("g");
        page.keyboard().press("r");
        assertThat(page).hasURL(Pattern.compile("/ui/requests$"));
        page.keyboard().press("?");
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("next and previous row");
        page.keyboard().press("Escape");
        assertThat(page.getByRole(AriaRole.DIALOG)).isHidden();
        page.keyboard().press("Control+k");
        assertThat(page.getByLabel("Part of a name")).isFocused();
        page.keyboard().type("cost");
        page.keyboard().press("Enter");
        assertThat(page).hasURL(Pattern.compile("/ui/cost$"));
        assertThat(page.locator("main h1")).hasText("Cost"); // the address changes before the page does
        page.keyboard().press("/");
        page.keyboard().press("g");
        page.keyboard().press("m");
        assertThat(page).hasURL(Pattern.compile("/ui/cost$"));
    }

    @Test
    void noPageHasSeriousBarriersInAnyColours() throws Exception {
        Files.createDirectories(PICTURES);
        List<String> barriers = new ArrayList<>();
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(colours));
            for (String path : PAGES) {
                page.navigate(address(path));
                settle(page);
                SystemBrowser.barriers(page, colours)
                        .forEach(found -> barriers.add("/" + path + " " + colours + ": " + found));
                picture(path, colours.name().toLowerCase(Locale.ROOT));
            }
        }
        page.setViewportSize(390, 844);
        for (String path : List.of("", "models", "playground", "admin/keys")) {
            page.navigate(address(path));
            settle(page);
            ViewportSize size = page.viewportSize();
            assertThat(((Number) page.evaluate("() => document.documentElement.scrollWidth")).intValue())
                    .as("nobody scrolls sideways at " + path)
                    .isLessThanOrEqualTo(size.width);
            picture(path, "narrow");
        }
        assertThat(barriers).isEmpty();
    }

    /** Until it shows what it asked for, or that there is nothing. */
    private static void settle(Page at) {
        assertThat(at.locator("h1")).isVisible();
        assertThat(at.getByText(Pattern.compile("^(Reading|Opening) "))).hasCount(0);
    }

    private void picture(String path, String kind) {
        String name = path.isEmpty() ? "overview" : path.replace('/', '-');
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(PICTURES.resolve(name + "-" + kind + ".png"))
                .setFullPage(true));
    }
}
