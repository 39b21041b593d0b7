package dev.weir.control;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.weir.control.InterfaceHistory.NEW;
import static dev.weir.control.InterfaceHistory.OLD;
import static dev.weir.control.InterfaceHistory.SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.SelectOption;
import dev.weir.control.storage.Database;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Pages with weeks of use behind them, when every chart and every table is full, and the dialogs that they open. */
class LivedInPagesIT extends AbstractInterfaceIT {
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);
    private static final String INDEX = """
            [{"name":"%1$s","state":"READY","reason":"","requests_in_flight":11,"aliases":["notes"],
              "memory":{"weights_bytes":8541319168,"kv_cache_bytes":6442450944,"working_bytes":805306368},
              "path":"/srv/models/%1$s","parameters":{"dtype":"bfloat16","quantize":"q8_0","max_model_len":8192}},
             {"name":"%2$s","state":"LOADING","reason":"","progress":{"phase":"reading_weights","fraction":0.62},
              "requests_in_flight":0,"aliases":[],"path":"/srv/models/%2$s","parameters":{"dtype":"bfloat16","quantize":"q8_0","max_model_len":8192}},
             {"name":"%3$s","state":"SLEEPING","reason":"nobody asked for it in 30 minutes","requests_in_flight":0,"aliases":["cheap"],
              "path":"/srv/models/%3$s.gguf","parameters":{"quantize":"q4_k","max_model_len":4096}},
             {"name":"clinic-notes-8b-2026-09","state":"UNAVAILABLE","reason":"its weights end after 3.1 GiB of 7.9 GiB: copy them again",
              "requests_in_flight":0,"aliases":[],"path":"/srv/models/clinic-notes-8b-2026-09","parameters":{}}]""".formatted(OLD, NEW, SMALL);
    private static final String CASES = """
            {"id":"dose-1","input":"How much ibuprofen is in two tablets of 400 mg?","expected":"800 mg","kind":"dose"}
            {"id":"dose-2","input":"How much ibuprofen is in three tablets of 400 mg?","expected":"1200 mg","kind":"dose"}
            {"id":"ward-1","input":"Which ward is for children?","expected":"ward 3","kind":"place"}
            """;

    /** A page, how its pictures are called, and what is to be read on it. */
    private record Look(String path, String name, String text) {}

    private static final List<Look> LOOKS = List.of(
            new Look("", "full-overview", NEW),
            new Look("models", "full-models", "reading weights"),
            new Look("rollouts", "full-rollouts", "rolled back"),
            new Look("rollouts/" + RolloutHistory.RUNNING, "full-rollout", "118 more answers are needed"),
            new Look("rollouts/notes-rc1", "full-rollout-back", "umbrella-hospitals"),
            new Look("experiments", "full-experiments", "warm is ahead"),
            new Look("experiments/" + RolloutHistory.EXPERIMENT, "full-experiment", "Task completion, which decides"),
            new Look("experiments/" + RolloutHistory.BANDIT, "full-bandit", "Is best with"),
            new Look("requests", "full-requests", "discharge-letters"),
            new Look("requests/" + InterfaceHistory.RETRIED, "full-request", "gpu-c"),
            new Look("cost", "full-cost", "umbrella-hospitals"),
            new Look("evaluations", "full-evaluations", "router-1b-q4@judge-3"),
            new Look("review/figures", "full-review-figures", "Judges beside people"),
            new Look("monitoring/targets", "full-monitoring-targets", "reached"),
            new Look("monitoring/drift", "full-monitoring-drift", "moved"),
            new Look("monitoring/post-mortems", "full-monitoring-post-mortems", "umbrella-hospitals"),
            new Look("admin/limits", "full-admin-limits", "tenant acme"));

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
            new Door("experiments/" + RolloutHistory.EXPERIMENT, "Stop"),
            new Door("evaluations", "New run"),
            new Door("evaluations", "Import"),
            new Door("admin/keys", "New key"),
            new Door("admin/tenants", "Change"),
            new Door("admin/users", "New user"),
            new Door("admin/limits", "Change"),
            new Door("admin/limits", "Remove"),
            new Door("admin/configuration", "Read the file now"));

    @TempDir
    private static Path directory;

    private static ScriptedEngine first;
    private static ScriptedEngine second;
    private static RunningControlPlane plane;
    private static String run;

    LivedInPagesIT(InterfaceStack weir) {
        super(weir);
    }

    @BeforeAll
    static void live() throws Exception {
        first = engine();
        second = engine();
        Path file = Files.writeString(
                directory.resolve("weir.yaml"), """
                tiers: {fast: %3$s, power: %1$s}
                prices:
                  %1$s: {input: 0.20, output: 0.60}
                  %2$s: {input: 0.20, output: 0.60}
                  %3$s: {input: 0.02, output: 0.06}
                aliases:
                  tone: {use: %1$s}
                  cheap: {use: %1$s}
                engines:
                  gpu-a: {url: "%4$s"}
                  gpu-b: {url: "%5$s"}
                  gpu-c: {url: "http://127.0.0.1:1"}
                """.formatted(OLD, NEW, SMALL, first.url(), second.url()));
        plane = new RunningControlPlane(List.of(), "--weir.configuration.file=" + file);
        plane.awaitReadyCount(2);
        Instant now = Instant.now();
        new InterfaceHistory(plane.part(Database.class), now).write();
        new RolloutHistory(plane, now).write();
        made("/admin/tenants", "{\"id\":\"acme\",\"name\":\"Acme Clinics\"}");
        made("/admin/tenants", "{\"id\":\"umbrella-hospitals\",\"name\":\"Umbrella Hospitals\",\"weight\":3}");
        made("/admin/limits", "{\"tenant\":\"acme\",\"metric\":\"COST\",\"period\":\"MONTH\",\"max\":0.5}");
        made(
                "/admin/limits",
                "{\"tenant\":\"umbrella-hospitals\",\"metric\":\"TOKENS\",\"period\":\"DAY\",\"max\":400000}");
        made("/admin/limits", "{\"metric\":\"REQUESTS\",\"period\":\"MINUTE\",\"max\":6000}");
        made("/admin/golden-sets/clinic", CASES);
        evaluated(OLD);
        run = evaluated(NEW);
    }

    private static ScriptedEngine engine() throws IOException {
        ScriptedEngine engine = ScriptedEngine.with(OLD, NEW, SMALL);
        engine.measures("vllm:num_requests_running 11\nvllm:num_requests_waiting 2\nvllm:kv_cache_usage_perc 0.63\n");
        engine.answers(exchange -> {
            switch (exchange.request().path()) {
                case "/v2/repository/index" -> exchange.json(200, INDEX);
                case "/v2/repository/memory" -> exchange.json(200, "{\"free_bytes\":9663676416}");
                default -> exchange.json(200, answer(exchange.request().body()));
            }
        });
        return engine;
    }

    /** The new one cannot multiply. */
    private static String answer(String question) {
        String said = question.contains("children")
                ? "ward 3"
                : question.contains("two tablets") ? "800 mg" : question.contains(NEW) ? "1300 mg" : "1200 mg";
        return "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"" + said
                + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3}}";
    }

    private static HttpResponse<String> made(String path, String body) throws Exception {
        HttpResponse<String> answer = plane.post(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 202);
        return answer;
    }

    private static String evaluated(String model) throws Exception {
        String id = JsonMapper.shared()
                .readTree(made("/admin/evaluations", "{\"goldenSet\":\"clinic\",\"model\":\"" + model + "\"}")
                        .body())
                .path("id")
                .asString();
        await().atMost(WAIT_MAX)
                .until(() -> plane.get("/admin/evaluations/" + id).body(), body -> body.contains("\"DONE\""));
        return id;
    }

    @AfterAll
    static void end() throws IOException {
        plane.close();
        first.close();
        second.close();
    }

    private void open(String path) {
        page.navigate(plane.uri("/ui/" + path).toString());
        settle(page);
    }

    @Test
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
        open("evaluations/" + run);
        page.getByLabel("Compared with").selectOption(new SelectOption().setIndex(1));
        Locator regressed = row("regressed");
        assertThat(regressed).containsText("three tablets");
        regressed.focus();
        page.keyboard().press("Enter");
        assertThat(page.getByText("1300 mg")).isVisible();
        assertThat(barriers("full-run")).isEmpty();
        fitsOnAPhone("full-run");
    }

    @Test
    void everyDialogOpensByKeysHasNoBarriersAndGivesTheFocusBack() throws Exception {
        List<String> barriers = new ArrayList<>();
        for (Door door : DOORS) {
            open(door.path());
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
