package dev.weir.control;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.TimeoutError;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** Rollouts in a browser: planned, seen, promoted and rolled back by what live requests to real processes show. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class RolloutPagesIT extends AbstractInterfaceIT {
    private static final int REQUESTS_AT_ONCE = 4;
    private static final int ROUND_REQUESTS = 40;
    private static final Duration OVER_MAX = Duration.ofMinutes(5);
    /** Stages of the template, by their places. */
    private static final int SHADOW = 1;

    private static final int HALF = 4;
    /** A breaker's half a minute, and a probe behind it. */
    private static final Duration HEALTHY_AGAIN_MAX = Duration.ofSeconds(90);

    private static final double ANSWER_MILLIS_MAX = 3_000;

    RolloutPagesIT(InterfaceStack weir) {
        super(weir);
    }

    @Test
    void aGoodVersionIsPlannedFromATemplateAndPromoted() throws Exception {
        plan("helpdesk", "weir-demo-fast", "weir-demo-power", HALF);
        assertThat(barriers("rollout-new")).isEmpty();
        String id = start();
        ask("helpdesk");
        assertThat(row("Errors")).containsText("limit 8.0 pp");
        assertThat(page.locator("svg.interval")).isVisible();
        assertThat(barriers("rollout-running")).isEmpty();
        fitsOnAPhone("rollout-running");
        assertThat(askUntilOver("helpdesk", id)).isEqualTo("COMPLETED");
        assertThat(page.locator("main")).containsText("completed");
        assertThat(page.getByText("promoted", new com.microsoft.playwright.Page.GetByTextOptions().setExact(true))
                        .first())
                .isVisible();
        assertThat(barriers("rollout-promoted")).isEmpty();
        assertThat(weir.post("/v1/chat/completions", question("helpdesk"))
                        .headers()
                        .firstValue("x-weir-model"))
                .hasValue("weir-demo-power");
    }

    @Test
    void aBadVersionIsRolledBackByItselfAndThePageSaysWhy() throws Exception {
        weir.mendFlawed();
        plan("notes", "weir-demo-fast", InterfaceStack.FLAWED, HALF);
        String id = start();
        assertThat(button(page, "Roll back")).isEnabled();
        weir.breakFlawed();
        assertThat(askUntilOver("notes", id)).isEqualTo("ROLLED_BACK");
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Rolled back from 50 %: errors");
        assertThat(row("tenant").first()).containsText("default");
        assertThat(page.getByText("Bad answers of the new version").first()).isVisible();
        assertThat(barriers("rollout-rolled-back")).isEmpty();
        go("monitoring/post-mortems");
        assertThat(row(InterfaceStack.FLAWED)).containsText("Tenant");
        assertThat(row("default")).containsText(" of ");
        assertThat(barriers("monitoring-post-mortems")).isEmpty();
        go("rollouts");
        assertThat(row("notes")).containsText("rolled back");
        assertThat(barriers("rollouts")).isEmpty();
    }

    @Test
    void aBadVersionThatIsFoundOutInTheShadowIsShownAsOneThatUsersSaw() throws Exception {
        weir.mendFlawed();
        plan("letters", "weir-demo-fast", InterfaceStack.FLAWED, SHADOW);
        String id = start();
        assertThat(button(page, "Roll back")).isEnabled();
        assertThat(page.locator("ol.ladder")).not().containsText("judge");
        weir.silenceFlawed();
        assertThat(askUntilOver("letters", id)).isEqualTo("ROLLED_BACK");
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Rolled back from the shadow stage: errors");
        assertThat(row("tenant").first()).containsText("default");
        assertThat(page.getByText("Bad answers of the new version").first()).isVisible();
        assertThat(page.locator("a[href*='/requests/']").first()).isVisible();
        assertThat(barriers("rollout-rolled-back-in-the-shadow")).isEmpty();
    }

    /** Plans it in the dialog: from a template of which one stage is left before the last, with stages and guards small enough for a test. */
    private void plan(String alias, String baseline, String candidate, int stageKept) {
        go("rollouts");
        button(page, "New rollout").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        dialog.getByLabel("Alias that callers use").fill(alias);
        dialog.getByLabel("New version, a model").fill(candidate);
        dialog.getByLabel("Version now").fill(baseline);
        dialog.getByLabel("Plan").selectOption("UNJUDGED");
        dialog.getByText("Adjust the plan").click();
        for (int stage = HALF; stage >= SHADOW; stage--) {
            if (stage != stageKept) {
                button(dialog, "Leave out stage " + stage).click();
            }
        }
        // Eight times as long the stage waits for its requests, and the looks at its page take their time before these
        // come.
        dialog.getByLabel("Minutes of stage 1").fill("0.2");
        dialog.getByLabel("Requests of stage 1").fill("100");
        dialog.getByLabel("Minutes of stage 2").fill("0.005");
        for (String guard : List.of("Time to the first token", "Time per token", "Whole time")) {
            button(dialog, "Leave out " + guard).click();
        }
        dialog.getByLabel("Limit of Errors").fill("8");
        button(dialog, "How long would it take?").click();
        assertThat(dialog.getByRole(AriaRole.STATUS)).containsText("requests per second, as in the last hour");
        dialog.getByLabel("Reason, for its record").fill("a test");
        dialog.getByLabel("Start even if it has not passed its evaluation").check();
    }

    /** The rollout's id. A version that another test broke is proven healthy again only some seconds later; until then it is refused. */
    private String start() {
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        await().pollInSameThread().atMost(HEALTHY_AGAIN_MAX).until(() -> {
            button(dialog, "Start").click();
            return closes(dialog);
        });
        assertThat(page.locator("main")).containsText("running");
        return page.url().substring(page.url().lastIndexOf('/') + 1);
    }

    private static boolean closes(Locator dialog) {
        try {
            dialog.waitFor(new Locator.WaitForOptions()
                    .setState(WaitForSelectorState.HIDDEN)
                    .setTimeout(ANSWER_MILLIS_MAX));
            return true;
        } catch (TimeoutError _) {
            return false;
        }
    }

    private static String question(String alias) {
        return "{\"model\":\"" + alias
                + "\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"May I bring a dog?\"}]}";
    }

    private void ask(String alias) throws Exception {
        try (ExecutorService callers = Executors.newFixedThreadPool(REQUESTS_AT_ONCE)) {
            List<Future<?>> asked = IntStream.range(0, ROUND_REQUESTS)
                    .<Future<?>>mapToObj(_ -> callers.submit(() -> weir.post("/v1/chat/completions", question(alias))))
                    .toList();
            for (Future<?> one : asked) {
                one.get();
            }
        }
    }

    /** How it ended. */
    private String askUntilOver(String alias, String id) throws Exception {
        long beganNanos = System.nanoTime();
        while (System.nanoTime() - beganNanos < OVER_MAX.toNanos()) {
            ask(alias);
            String rollout = weir.get("/admin/rollouts/" + id, weir.adminKey()).body();
            String phase = JsonMapper.shared()
                    .readTree(rollout)
                    .path("summary")
                    .path("phase")
                    .asString();
            assertThat(phase).as(rollout).isNotEqualTo("INCONCLUSIVE");
            if (phase.equals("COMPLETED") || phase.equals("ROLLED_BACK")) {
                return phase;
            }
        }
        throw new AssertionError("the rollout of " + alias + " goes on and on");
    }
}
