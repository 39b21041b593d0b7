package dev.weir.control;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The review of answers in a browser. A week's sample is drawn when the week is over, so it is put where it would be then. */
@ExtendWith(LivedInStack.Shared.class)
class ReviewPagesIT extends AbstractInterfaceIT {
    private static final int ITEM_COUNT = 10;
    private static final int TASKS_AT_ONCE = 4;
    private static final String MODEL = "whose-answers-nobody-knows";

    private final LivedInStack lived;

    ReviewPagesIT(InterfaceStack weir, LivedInStack lived) {
        super(weir);
        this.lived = lived;
    }

    @BeforeEach
    void draw() {
        for (int i = 0; i < ITEM_COUNT; i++) {
            lived.database()
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

    /** A hundred answers come at once; here four do, so that what is shown ends before what waits does. */
    private void tellFourAtOnce() {
        page.route("**/admin/reviews", route -> {
            APIResponse told = route.fetch();
            ObjectNode queue = (ObjectNode) JsonMapper.shared().readTree(told.body());
            ArrayNode tasks = (ArrayNode) queue.path("tasks");
            while (tasks.size() > TASKS_AT_ONCE) {
                tasks.remove(TASKS_AT_ONCE);
            }
            route.fulfill(new Route.FulfillOptions().setResponse(told).setBody(queue.toString()));
        });
    }

    @Test
    void tenAnswersAreGradedByKeysAloneAndNobodySeesWhoseTheyAre() throws Exception {
        tellFourAtOnce();
        page.navigate(lived.address(""));
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
        assertThat(gradedCount("accuracy = 'CORRECT' and safe")).isEqualTo(8);
        assertThat(gradedCount("accuracy = 'INCORRECT' and helpfulness = 4 and correction = 'It opens at 10.'"))
                .isEqualTo(1);
        assertThat(gradedCount("not safe and helpfulness = 3")).isEqualTo(1);

        page.navigate(lived.address("review/corrections"));
        assertThat(page.getByText("It opens at 10.")).isVisible();
        button(page, "Approve").click();
        page.getByLabel("Reason, for the audit log").fill("so it is");
        button(page.getByRole(AriaRole.DIALOG), "Approve").click();
        assertThat(page.getByRole(AriaRole.ALERT)).isVisible(); // nobody approves what they proposed
        button(page.getByRole(AriaRole.DIALOG), "Cancel").click();
        barriers.addAll(barriers("review-corrections"));
        page.navigate(lived.address("review/figures"));
        assertThat(page.getByText(MODEL)).isVisible();
        barriers.addAll(barriers("review-figures"));
        assertThat(barriers).isEmpty();
    }

    private long gradedCount(String condition) {
        return lived.database()
                .jdbc()
                .sql("select count(*) from review_opinion where item_id like 'item-%' and " + condition)
                .query(Long.class)
                .single();
    }
}
