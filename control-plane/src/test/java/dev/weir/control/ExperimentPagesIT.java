package dev.weir.control;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Experiments and bandits in a browser: registered, seen with what users of real processes say, and stopped. */
class ExperimentPagesIT extends AbstractInterfaceIT {
    private static final int USER_COUNT = 24;
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);

    ExperimentPagesIT(InterfaceStack weir) {
        super(weir);
    }

    @Test
    void anExperimentIsRegisteredSeenAndStopped() throws Exception {
        begin("support", false);
        // A moment passes until the replica gives its first user an arm.
        await().atMost(WAIT_MAX)
                .until(() -> ask("support", "the first").headers().firstValue("x-weir-arm"), Optional::isPresent);
        Map<String, String> arms = new LinkedHashMap<>();
        for (int i = 0; i < USER_COUNT; i++) {
            HttpResponse<String> answer = ask("support", "user-" + i);
            arms.put(
                    answer.headers().firstValue("x-request-id").orElseThrow(),
                    answer.headers().firstValue("x-weir-arm").orElseThrow());
        }
        for (Map.Entry<String, String> given : arms.entrySet()) {
            String id = given.getKey();
            String thumbs = given.getValue().endsWith("/b") ? "up" : "down";
            await().atMost(WAIT_MAX)
                    .pollDelay(Duration.ZERO) // as a rule it is booked by now
                    .until(() -> weir.post(
                                            "/v1/feedback",
                                            "{\"request_id\":\"%s\",\"user\":\"of %s\",\"thumbs\":\"%s\"}"
                                                    .formatted(id, id, thumbs))
                                    .statusCode()
                            == 200);
        }
        showLook("\"differenceLower\":-?[0-9]");
        assertThat(page.getByText("Thumbs up, which decides")).isVisible();
        assertThat(page.locator("svg.interval").first()).isVisible();
        assertThat(page.locator(".tile", new Page.LocatorOptions().setHasText("Still wanted")))
                .containsText("14 days");
        assertThat(barriers("experiment")).isEmpty();
        fitsOnAPhone("experiment");
        button(page, "Stop").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("get weir-demo-fast again, the control");
        confirm("Stop");
        assertThat(page.locator(".status").first()).containsText("stopped");
    }

    @Test
    void aBanditShowsItsSharesAndWhatIsLikelyBest() throws Exception {
        begin("chat", true);
        for (int i = 0; i < 4; i++) {
            ask("chat", "user-" + i);
        }
        showLook("\"probabilityOfBest\":[0-9]");
        assertThat(page.getByRole(AriaRole.COLUMNHEADER, new Page.GetByRoleOptions().setName("Is best with")))
                .isVisible();
        assertThat(row("weir-demo-power").first()).containsText("50 %");
        assertThat(barriers("bandit")).isEmpty();
        go("experiments");
        assertThat(row("chat")).containsText("bandit");
        assertThat(barriers("experiments")).isEmpty();
        row("chat").first().click();
        button(page, "Stop").click();
        confirm("Stop"); // while it runs, nobody may unload its models
        assertThat(page.locator(".status").first()).containsText("stopped");
    }

    private void begin(String alias, boolean bandit) {
        go("experiments");
        button(page, "New experiment").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        dialog.getByLabel("Alias that callers use").fill(alias);
        dialog.getByLabel("Control").fill("weir-demo-fast");
        dialog.getByLabel("Arm b").fill("weir-demo-power");
        if (bandit) {
            dialog.getByLabel("A bandit").check();
        }
        dialog.getByLabel("Reason, for its record").fill("a test");
        button(dialog, "Begin").click();
        assertThat(dialog).isHidden();
        assertThat(page.locator("main")).containsText("running");
    }

    /** Once a look has found that, and not when the page asks again by itself. */
    private void showLook(String found) {
        String id = page.url().substring(page.url().lastIndexOf('/') + 1);
        await().atMost(WAIT_MAX)
                .until(
                        () -> weir.get("/admin/experiments/" + id, weir.adminKey())
                                .body(),
                        Pattern.compile(found).asPredicate());
        page.reload();
    }

    private HttpResponse<String> ask(String alias, String user) throws Exception {
        return weir.post(
                "/v1/chat/completions",
                "{\"model\":\"%s\",\"user\":\"%s\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"
                        .formatted(alias, user));
    }
}
