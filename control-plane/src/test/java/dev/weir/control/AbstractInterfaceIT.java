package dev.weir.control;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ViewportSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** A page of somebody who is signed in, and what tests do with pages. */
@ExtendWith(InterfaceStack.Shared.class)
abstract class AbstractInterfaceIT {
    private static final int PHONE_WIDTH = 390;
    private static final int PHONE_HEIGHT = 844;
    private static final int WAIT_MILLIS_MAX = 20_000;
    private static final Path PICTURES = Path.of("target/screenshots");

    static {
        PlaywrightAssertions.setDefaultAssertionTimeout(
                WAIT_MILLIS_MAX); // its own five seconds are few for two busy cores
    }

    final InterfaceStack weir;
    Page page;

    private final List<String> complaints = new ArrayList<>();

    AbstractInterfaceIT(InterfaceStack weir) {
        this.weir = weir;
    }

    @BeforeEach
    void open() {
        page = watched(weir.newPage());
    }

    @AfterEach
    void close() {
        page.close();
        assertThat(complaints).as("what the browser complained of").isEmpty();
    }

    /** Notes errors: of scripts, of the page's policy, of what cannot be had. */
    final Page watched(Page fresh) {
        fresh.onPageError(complaints::add);
        fresh.onConsoleMessage(message -> {
            // That a refusal was one is what some tests are about.
            if (message.type().equals("error") && !message.text().contains("the server responded with a status of 4")) {
                complaints.add(message.text());
            }
        });
        return fresh;
    }

    final void go(String path) {
        page.navigate(weir.address(path));
    }

    static Locator button(Page at, String name) {
        return at.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    static Locator button(Locator within, String name) {
        return within.getByRole(
                AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    final Locator row(String text) {
        return page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText(text));
    }

    /** Gives a reason in the dialog that asks for one, and goes on. */
    final void confirm(String action) {
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        Locator go = button(dialog, action);
        assertThat(go).isDisabled();
        dialog.getByLabel("Reason, for the audit log").fill("a test");
        go.click();
        assertThat(dialog).isHidden();
    }

    /** Until it shows what it asked for, or that there is nothing. */
    static void settle(Page at) {
        assertThat(at.locator("h1")).isVisible();
        assertThat(at.getByText(Pattern.compile("^(Reading|Opening) "))).hasCount(0);
    }

    /** What somebody could stumble over on the page as it is, in both kinds of colours, with a picture of each. */
    final List<String> barriers(String name) throws IOException {
        return barriers(page, name);
    }

    static List<String> barriers(Page at, String name) throws IOException {
        List<String> barriers = new ArrayList<>();
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            at.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(colours));
            SystemBrowser.barriers(at, colours).forEach(found -> barriers.add(name + " " + colours + ": " + found));
            picture(at, name, colours.name().toLowerCase(Locale.ROOT));
        }
        at.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        return barriers;
    }

    /** Nobody scrolls the page sideways on a phone. */
    final void fitsOnAPhone(String name) throws IOException {
        ViewportSize before = page.viewportSize();
        page.setViewportSize(PHONE_WIDTH, PHONE_HEIGHT);
        assertThat(((Number) page.evaluate("() => document.documentElement.scrollWidth")).intValue())
                .as(name)
                .isLessThanOrEqualTo(PHONE_WIDTH);
        picture(page, name, "narrow");
        page.setViewportSize(before.width, before.height);
    }

    static void picture(Page at, String name, String kind) throws IOException {
        Files.createDirectories(PICTURES);
        at.screenshot(new Page.ScreenshotOptions()
                .setPath(PICTURES.resolve(name + "-" + kind + ".png"))
                .setFullPage(true));
    }
}
