package dev.weir.control;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What people do in their browsers, with the packaged control plane, a real engine and demo models behind it. */
class UserInterfaceIT extends AbstractInterfaceIT {
    /** Those that other tests have looked at with something on them are not among them. */
    private static final List<String> PAGES = List.of(
            "",
            "models",
            "playground",
            "evaluations",
            "monitoring/drift",
            "admin/keys",
            "admin/tenants",
            "admin/users",
            "admin/limits",
            "admin/providers",
            "admin/routing",
            "admin/configuration",
            "admin/audit");

    private static final Pattern ASKED_OF_WEIR = Pattern.compile("/(admin|ui/session)(/.*)?$");

    private static final List<String> NARROW = List.of("playground", "admin/keys");

    UserInterfaceIT(InterfaceStack weir) {
        super(weir);
    }

    @Test
    void aKeySignsInAndOutAndAWrongOneIsTold() {
        try (BrowserContext visitor = weir.visitor()) {
            Page fresh = watched(visitor.newPage());
            fresh.navigate(weir.address("models"));
            fresh.getByLabel("API key").fill("wk-" + "A".repeat(52));
            fresh.keyboard().press("Enter");
            assertThat(fresh.getByRole(AriaRole.ALERT)).containsText("there is no such API key");
            weir.signIn(fresh, weir.adminKey());
            assertThat(fresh.locator(".role")).hasText("admin");
            assertThat(fresh.evaluate("() => document.cookie + JSON.stringify(localStorage)"))
                    .isEqualTo("{}");
            button(fresh, "Sign out").click();
            assertThat(fresh.getByLabel("API key")).isVisible();
        }
    }

    @Test
    void peopleSignInAtTheirIssuerAndMayDoWhatTheirRoleSays() {
        try (BrowserContext visitor = weir.visitor()) {
            Page fresh = watched(visitor.newPage());
            signInAs(fresh, "bert");
            assertThat(fresh.getByRole(AriaRole.ALERT)).containsText("no role here");
            signInAs(fresh, "anna");
            assertThat(fresh.locator(".role")).hasText("operator");
            assertThat(fresh.evaluate("() => document.cookie")).isEqualTo("");
            fresh.navigate(weir.address("admin/keys"));
            button(fresh, "New key").focus();
            fresh.keyboard().press("Enter");
            assertThat(fresh.getByRole(AriaRole.DIALOG)).hasCount(0);
            assertThat(fresh.getByText("Your role, operator, may not: this takes an administrator.")
                            .first())
                    .isVisible();
            button(fresh, "Sign out").click();
            assertThat(fresh.getByLabel("API key")).isVisible();
        }
    }

    private void signInAs(Page fresh, String subject) {
        fresh.navigate(weir.address(""));
        fresh.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Sign in with your organisation"))
                .click();
        fresh.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(subject))
                .click();
    }

    @Test
    void aModelIsMeasuredPinnedUnloadedAndLoadedAgain() {
        go("models");
        Locator row = row("weir-demo-power");
        button(row, "Pin").click();
        confirm("Pin");
        assertThat(row).containsText("a test");
        assertThat(button(row, "Unload")).hasCount(0);
        button(row, "Unpin").click();
        confirm("Unpin");
        button(row, "Unload").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("Requests for it are then refused with 404");
        confirm("Unload");
        assertThat(row).containsText("not loaded");
        button(page, "Load a model").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        dialog.getByLabel("Name, as requests will call it").fill("weir-demo-power");
        button(dialog, "Will it fit?").click();
        assertThat(dialog.getByRole(AriaRole.STATUS)).containsText(Pattern.compile("It fits: .*KV cache"));
        button(dialog, "Cancel").click();
        assertThat(row).containsText("not loaded");
        button(row, "Load").click();
        confirm("Load");
        assertThat(row).containsText("ready");
        go("admin/audit");
        assertThat(page.getByText("model.load")).isVisible();
        assertThat(page.getByText("a test").first()).isVisible();
    }

    @Test
    void twoModelsAnswerSideBySide() {
        go("playground");
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
        assertThat(page.locator("dl.line")).containsText("prefill");
        assertThat(page.locator("dl.line")).containsText("decode");
        go("playground");
        page.getByLabel("Prompt", new Page.GetByLabelOptions().setExact(true)).fill("May I bring a dog?");
        page.keyboard().press("Control+Enter");
        assertThat(answers).hasAttribute("aria-busy", "false");
        page.keyboard().type("And two?");
        page.keyboard().press("Control+Enter");
        assertThat(page.locator("ol.conversation li")).hasCount(3);
        assertThat(page.locator("ol.conversation")).containsText("May I bring a dog?");
        assertThat(answers).hasAttribute("aria-busy", "false");
        button(page, "Begin anew").click();
        assertThat(page.locator("ol.conversation li")).hasCount(0);
    }

    @Test
    void aModelAnswersInTheFormThatIsWantedAndWhatIsNoJsonIsNamed() {
        go("playground");
        page.getByText("Parameters, tools, form of the answer").click();
        page.getByLabel("Prompt", new Page.GetByLabelOptions().setExact(true)).fill("May I bring a dog?");
        page.getByLabel("Tools, as JSON").fill("[");
        button(page, "Ask Ctrl Enter").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Tools: ");
        page.getByLabel("Tools, as JSON").fill("");
        page.getByLabel("JSON Schema of the answer")
                .fill("{\"type\":\"object\",\"properties\":{\"dogs\":{\"type\":\"boolean\"}},\"required\":[\"dogs\"],"
                        + "\"additionalProperties\":false}");
        button(page, "Ask Ctrl Enter").click();
        assertThat(page.locator("[data-answer]"))
                .hasText(Pattern.compile("^\\s*\\{\\s*\"dogs\"\\s*:\\s*(true|false)\\s*}\\s*$"));
    }

    @Test
    void aRuleIsTriedOnARequestAndPutInPlace() {
        go("admin/configuration");
        Locator editor = page.getByLabel("Configuration, as YAML");
        editor.fill(editor.inputValue().replace("'judge'", "'examiner'"));
        assertThat(page.getByLabel("Difference")).containsText("'examiner'");
        page.getByLabel("Header", new Page.GetByLabelOptions().setExact(true)).fill("x-feature: examiner");
        button(page, "Where would it go then?").click();
        assertThat(page.locator("[data-explanation]")).containsText("To weir-demo-power");
        button(page, "Put in place…").click();
        confirm("Put in place");
        assertThat(page.getByText("as it was before the first change")).isVisible();
        go("admin/routing");
        page.getByLabel("Header", new Page.GetByLabelOptions().setExact(true)).fill("x-feature: examiner");
        button(page, "Where would it go?").click();
        assertThat(page.locator("[data-explanation]")).containsText("judges");
    }

    @Test
    void aKeyIsMadeAndRevoked() throws Exception {
        go("admin/keys");
        button(page, "New key").click();
        page.getByLabel("Name: who or what holds it").fill("the booking service");
        button(page, "Make the key").click();
        String key = page.locator("[data-key]").innerText().strip();
        assertThat(weir.get("/v1/models", key).statusCode()).isEqualTo(200);
        button(page, "I have it").click();
        Locator row = row("the booking service");
        button(row, "Revoke").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("are refused with 401");
        confirm("Revoke");
        assertThat(row).containsText("revoked");
        assertThat(weir.get("/v1/models", key).statusCode()).isEqualTo(401);
    }

    @Test
    void aLimitIsChangedForAReasonThatTheAuditLogShows() {
        go("admin/limits");
        button(page, "New limit").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        dialog.getByLabel("Model").fill("nobody-asks-for-it");
        dialog.getByLabel("At most").fill("1000");
        button(dialog, "Set the limit").click();
        Locator row = row("nobody-asks-for-it");
        button(row, "Change").click();
        dialog.getByLabel("At most").fill("2000");
        confirm("Change");
        assertThat(row).containsText("2,000");
        button(row, "Remove").click();
        confirm("Remove");
        go("admin/configuration");
        button(page, "Read the file now").click();
        confirm("Read it");
        assertThat(page.getByText("The file was read: unchanged")).isVisible();
        go("admin/audit");
        for (String action : List.of("limit.change", "limit.remove", "configuration.reload")) {
            assertThat(row(action).first()).containsText("a test");
        }
    }

    @Test
    void aProviderIsRegisteredChangedAndForgotten() {
        go("admin/providers");
        assertThat(page.getByText("Nothing leaves.")).isVisible();
        button(page, "Register a provider").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        dialog.getByLabel("Name", new Locator.GetByLabelOptions().setExact(true))
                .fill("rack");
        dialog.getByLabel("Region").fill("eu");
        dialog.getByLabel("Budget a day, in dollars").fill("25");
        dialog.getByLabel("Address").fill("https://rack.example/v1?user=me");
        dialog.getByLabel("Key file").fill("/run/secrets/rack");
        dialog.getByLabel("Model here 1").fill("weir-demo-power");
        dialog.getByLabel("Model there 1").fill("big-1");
        dialog.getByLabel("Input 1", new Locator.GetByLabelOptions().setExact(true))
                .fill("3");
        dialog.getByLabel("Output 1").fill("15");
        button(dialog, "Another model").click();
        dialog.getByLabel("Model here 2").fill("weir-demo-power");
        assertThat(dialog.getByRole(AriaRole.ALERT)).hasText("weir-demo-power is named twice.");
        button(dialog, "Leave out model 2").click();
        dialog.getByLabel("Reason, for the audit log").fill("a test");
        button(dialog, "Register").click();
        assertThat(dialog.getByRole(AriaRole.ALERT)).containsText("url");
        dialog.getByLabel("Address").fill("https://rack.example/v1");
        button(dialog, "Register").click();
        Locator row = row("rack.example");
        assertThat(row).containsText("cannot be asked");
        assertThat(row).containsText("/run/secrets/rack");
        assertThat(row).containsText("with big-1");
        button(row, "Change").click();
        dialog.getByLabel("Budget a day, in dollars").fill("50");
        confirm("Change");
        assertThat(row).containsText("$50");
        assertThat(row).containsText("with big-1");
        button(row, "Forget").click();
        confirm("Forget");
        assertThat(page.getByText("Nothing leaves.")).isVisible();
        go("admin/audit");
        assertThat(row("provider.deregister").first()).containsText("a test");
    }

    @Test
    void whoMayOnlyLookSeesEveryButtonAndWhoseItIs() throws Exception {
        try (BrowserContext visitor = weir.visitor()) {
            Page fresh = watched(visitor.newPage());
            weir.signIn(fresh, weir.key("admin:view"));
            assertThat(fresh.locator(".role")).hasText("viewer");
            fresh.navigate(weir.address("models"));
            Locator load = button(fresh, "Load a model");
            assertThat(load).hasAttribute("aria-disabled", "true");
            load.focus();
            fresh.keyboard().press("Enter");
            assertThat(fresh.getByText("Your role, viewer, may not: this takes an operator.")
                            .first())
                    .isVisible();
            assertThat(barriers(fresh, "models-viewer")).isEmpty();
        }
    }

    @Test
    void whoseSessionEndsSignsInAndIsWhereTheyWere() throws Exception {
        try (BrowserContext visitor = weir.visitor()) {
            Page fresh = watched(visitor.newPage());
            weir.signIn(fresh, weir.adminKey());
            fresh.navigate(weir.address("models"));
            assertThat(fresh.locator("h1")).hasText("Models");
            visitor.clearCookies();
            assertThat(fresh.getByRole(AriaRole.ALERT)).containsText("Your session is over");
            assertThat(barriers(fresh, "sign-in-again")).isEmpty();
            fresh.getByLabel("API key").fill(weir.adminKey());
            fresh.keyboard().press("Enter");
            assertThat(fresh.locator("h1")).hasText("Models");
        }
    }

    @Test
    void aPageSaysThatWeirIsAwayAndGoesOnByItself() throws Exception {
        try (BrowserContext visitor = weir.visitor()) {
            Page fresh = visitor.newPage(); // not watched: what the browser complains of is what this is about
            weir.signIn(fresh, weir.adminKey());
            fresh.navigate(weir.address("models"));
            Locator models = fresh.getByText("weir-demo-fast").first();
            assertThat(models).isVisible();
            visitor.route(ASKED_OF_WEIR, Route::abort);
            assertThat(fresh.getByRole(AriaRole.ALERT)).containsText("Weir does not answer");
            assertThat(models).isVisible();
            assertThat(barriers(fresh, "models-away")).isEmpty();
            visitor.unroute(ASKED_OF_WEIR);
            assertThat(fresh.getByRole(AriaRole.ALERT)).hasCount(0);
        }
    }

    @Test
    void everythingIsReachedByKeys() {
        go("");
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Engines")))
                .isVisible();
        assertThat(page.getByText("99.9 % promised")).isVisible();
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
        List<String> barriers = new ArrayList<>();
        for (String path : PAGES) {
            go(path);
            settle(page);
            barriers.addAll(barriers(name(path)));
        }
        assertThat(barriers).isEmpty();
    }

    @Test
    void nobodyScrollsSidewaysOnAPhone() throws Exception {
        for (String path : NARROW) {
            go(path);
            settle(page);
            fitsOnAPhone(name(path));
        }
    }

    private static String name(String path) {
        return path.isEmpty() ? "overview" : path.replace('/', '-');
    }
}
