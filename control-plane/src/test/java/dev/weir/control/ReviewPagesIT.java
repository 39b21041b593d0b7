package dev.weir.control;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.AriaRole;
import dev.weir.control.storage.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The review of answers in a browser. A week's sample is drawn when the week is over, so it is put where it would be then. */
class ReviewPagesIT extends AbstractInterfaceIT {
    private static final int ITEM_COUNT = 10;
    private static final String MODEL = "whose-answers-nobody-knows";

    @TempDir
    private Path folder;

    private ScriptedEngine engine;
    private RunningControlPlane plane;

    ReviewPagesIT(InterfaceStack weir) {
        super(weir);
    }

    @BeforeEach
    void draw() throws IOException {
        engine = ScriptedEngine.with(MODEL);
        // Answers of tenants that are not reviewed are forgotten, as soon as the sampler first looks.
        Path file = Files.writeString(folder.resolve("weir.yaml"), "evaluation: {review: {tenants: [default]}}\n");
        plane = new RunningControlPlane(List.of(engine), "--weir.configuration.file=" + file);
        for (int i = 0; i < ITEM_COUNT; i++) {
            database()
                    .jdbc()
                    .sql("insert into review_item (id, week, model, tenant, call_id, at, conversation, answer,"
                            + " uniform_rank, grades_needed) values (?, ?, ?, 'default', ?, ?, ?, ?, ?, 1)")
                    .params(
                            "item-" + i,
                            LocalDate.now(ZoneOffset.UTC).minusDays(7),
                            MODEL,
                            "call-" + i,
                            Instant.now().atOffset(ZoneOffset.UTC),
                            "[{\"role\":\"user\",\"content\":\"When does room %d open?\"}]".formatted(i),
                            "Room %d opens at nine.".formatted(i),
                            i / 10.0)
                    .update();
        }
    }

    @AfterEach
    void stop() throws IOException {
        plane.close();
        engine.close();
    }

    private Database database() {
        return plane.part(Database.class);
    }

    @Test
    void tenAnswersAreGradedByKeysAloneAndNobodySeesWhoseTheyAre() throws Exception {
        page.navigate(plane.uri("/ui/").toString());
        settle(page);
        page.keyboard().press("g");
        page.keyboard().press("v");
        assertThat(page.getByText(ITEM_COUNT + " wait for you")).isVisible();
        List<String> barriers = new ArrayList<>(barriers("review-queue"));
        fitsOnAPhone("review-queue");
        for (int i = 0; i < ITEM_COUNT; i++) {
            String answer = page.locator("[data-answer]").innerText();
            page.keyboard().press("ArrowDown");
            page.keyboard().press("ArrowUp");
            assertThat(page.locator("[data-answer]")).hasText(answer);
            assertThat(page.locator("main")).not().containsText(MODEL);
            page.keyboard().press(Integer.toString(i % 5 + 1));
            page.keyboard().press(i == 3 ? "7" : "6");
            if (i == 3) {
                page.keyboard().press("e");
                page.keyboard().type("It opens at 10.");
                picture(page, "review-correction", "light");
            }
            if (i == 7) {
                page.keyboard().press("9");
            }
            page.keyboard().press("Control+Enter");
            String left = i == ITEM_COUNT - 1 ? "Done: you have graded 10." : (i + 1) + " graded";
            assertThat(page.getByText(left)).isVisible();
        }
        assertThat(count("accuracy = 'CORRECT' and safe")).isEqualTo(8);
        assertThat(count("accuracy = 'INCORRECT' and helpfulness = 4 and correction = 'It opens at 10.'"))
                .isEqualTo(1);
        assertThat(count("not safe and helpfulness = 3")).isEqualTo(1);

        page.navigate(plane.uri("/ui/review/corrections").toString());
        assertThat(page.getByText("It opens at 10.")).isVisible();
        button(page, "Approve").click();
        page.getByLabel("Reason, for the audit log").fill("so it is");
        button(page.getByRole(AriaRole.DIALOG), "Approve").click();
        assertThat(page.getByRole(AriaRole.ALERT)).isVisible(); // nobody approves what they proposed
        button(page.getByRole(AriaRole.DIALOG), "Cancel").click();
        barriers.addAll(barriers("review-corrections"));
        page.navigate(plane.uri("/ui/review/figures").toString());
        assertThat(page.getByText(MODEL)).isVisible();
        barriers.addAll(barriers("review-figures"));
        assertThat(barriers).isEmpty();
    }

    private long count(String condition) {
        return database()
                .jdbc()
                .sql("select count(*) from review_opinion where " + condition)
                .query(Long.class)
                .single();
    }
}
