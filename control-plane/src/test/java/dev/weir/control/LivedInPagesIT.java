package dev.weir.control;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.weir.control.InterfaceHistory.NEW;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.SelectOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pages with weeks of use behind them, when every chart and every table is full, and the dialogs that they open. */
@ExtendWith(LivedInStack.Shared.class)
class LivedInPagesIT extends AbstractInterfaceIT {
    /** A page, how its pictures are called, and what is to be read on it. */
    private record Look(String path, String name, String text) {}

    private static final List<Look> LOOKS = List.of(
            new Look("", "full-overview", NEW),
            new Look("models", "full-models", "reading weights"),
            new Look("rollouts", "full-rollouts", "rolled back"),
            new Look("rollouts/" + RolloutHistory.RUNNING, "full-rollout", "118 more answers are needed"),
            new Look("rollouts/notes-rc1", "full-rollout-back", "umbrella-hospitals"),
            new Look("experiments", "full-experiments", "warm is ahead"),
            new Look(
                    "experiments/" + ExperimentHistory.EXPERIMENT, "full-experiment", "Task completion, which decides"),
            new Look("experiments/" + ExperimentHistory.BANDIT, "full-bandit", "Is best with"),
            new Look("requests", "full-requests", "discharge-letters"),
            new Look("requests/" + InterfaceHistory.RETRIED, "full-request", "gpu-c"),
            new Look("cost", "full-cost", "umbrella-hospitals"),
            new Look("evaluations", "full-evaluations", "router-1b-q4@judge-3"),
            new Look("review/figures", "full-review-figures", "Judges beside people"),
            new Look("monitoring/targets", "full-monitoring-targets", "reached"),
            new Look("monitoring/drift", "full-monitoring-drift", "moved"),
            new Look("monitoring/post-mortems", "full-monitoring-post-mortems", "umbrella-hospitals"),
            new Look("admin/limits", "full-admin-limits", "tenant acme"),
            new Look("admin/providers", "full-admin-providers", "in weir.yaml"));

    /** What opens a dialog, and where it is. */
    private record Door(String path, String button) {}

    private static final List<Door> DOORS = List.of(
            new Door("models", "Load a model"),
            new Door("models", "Load an adapter"),
            new Door("models", "Unload"),
            new Door("models", "Alias"),
            new Door("models", "Pin"),
            new Door("rollouts", "New rollout"),
            new Door("rollouts/" + RolloutHistory.RUNNING, "Promote fully"),
            new Door("rollouts/" + RolloutHistory.RUNNING, "Roll back"),
            new Door("experiments", "New experiment"),
            new Door("experiments/" + ExperimentHistory.EXPERIMENT, "Stop"),
            new Door("evaluations", "New run"),
            new Door("evaluations", "Import"),
            new Door("admin/keys", "New key"),
            new Door("admin/tenants", "Change"),
            new Door("admin/users", "New user"),
            new Door("admin/limits", "Change"),
            new Door("admin/limits", "Remove"),
            new Door("admin/providers", "Register a provider"),
            new Door("admin/providers", "Change"),
            new Door("admin/configuration", "Read the file now"));

    private final LivedInStack lived;

    LivedInPagesIT(InterfaceStack weir, LivedInStack lived) {
        super(weir);
        this.lived = lived;
    }

    private void open(String path) {
        page.navigate(lived.address(path));
        settle(page);
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES) // it takes more than one where the machine has nothing else to do
    void everyPageThatIsFullIsReadableInAnyColoursAndOnAPhone() throws Exception {
        List<String> barriers = new ArrayList<>();
        for (Look look : LOOKS) {
            open(look.path());
            assertThat(page.locator("main")).containsText(look.text());
            if (page.locator(".chart").count() > 0) {
                assertThat(page.locator(".canvas canvas").first()).isVisible();
            }
            barriers.addAll(barriers(look.name()));
            fitsOnAPhone(look.name());
        }
        assertThat(barriers).isEmpty();
    }

    @Test
    void aRunIsComparedWithAnotherCaseByCase() throws Exception {
        open("evaluations/" + lived.run());
        page.getByLabel("Compared with").selectOption(new SelectOption().setIndex(1));
        Locator regressed = row("regressed");
        assertThat(regressed).containsText("three tablets");
        page.getByText("regressed: How much ibuprofen is in three tablets").click();
        assertThat(page.locator("details[open] [data-answer]")).hasText("1300 mg");
        assertThat(page.locator("details[open] pre").first()).hasText("1200 mg");
        List<String> barriers = new ArrayList<>(barriers("full-run"));
        fitsOnAPhone("full-run");
        regressed.focus();
        page.keyboard().press("Enter");
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        assertThat(dialog).containsText("1300 mg");
        barriers.addAll(barriers("full-run-case"));
        page.keyboard().press("Escape");
        assertThat(regressed).isFocused();
        assertThat(barriers).isEmpty();
    }

    @Test
    void everyDialogOpensByKeysHasNoBarriersAndGivesTheFocusBack() throws Exception {
        List<String> barriers = new ArrayList<>();
        String opened = "";
        for (Door door : DOORS) {
            if (!opened.equals(door.path())) {
                open(door.path());
                opened = door.path();
            }
            Locator handle = button(page, door.button()).first();
            handle.focus();
            page.keyboard().press("Enter");
            Locator dialog = page.getByRole(AriaRole.DIALOG);
            assertThat(dialog).isVisible();
            assertThat((Boolean) page.evaluate("() => document.activeElement.closest('dialog') !== null"))
                    .as(door.button() + " takes the focus")
                    .isTrue();
            String name = "dialog-" + door.button().toLowerCase(Locale.ROOT).replace(' ', '-') + "-"
                    + door.path().replace('/', '-');
            barriers.addAll(SystemBrowser.barriers(page, ColorScheme.LIGHT));
            picture(page, name, "light");
            page.keyboard().press("Escape");
            assertThat(dialog).isHidden();
            assertThat(handle).isFocused();
        }
        assertThat(barriers).isEmpty();
    }

    @Test
    void nothingMovesForWhoeverWantsNoMotion() {
        page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
        open("");
        assertThat(page.evaluate("() => [...document.querySelectorAll('*')].filter(one => {"
                        + "const style = getComputedStyle(one);"
                        + "return style.animationName !== 'none' || style.transitionDuration !== '0s';}).length"))
                .isEqualTo(0);
    }
}
