package dev.weir.control;

import static org.assertj.core.api.Assumptions.assumeThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The Chromium of this machine, driven by tests; none is ever downloaded. */
final class SystemBrowser implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    private static final double WAIT_MILLIS_MAX = 20_000;
    private static final Path AXE = Path.of("src/main/ui/node_modules/axe-core/axe.min.js");

    private final Playwright playwright;
    private final Browser browser;

    private SystemBrowser(Path executable) {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")));
    }

    /** Skips the test, and says why, where there is no browser or the interface was not built. */
    static SystemBrowser launchOrSkip() {
        Optional<Path> executable = find();
        assumeThat(executable)
                .as("no Chromium on the path, so the user interface is not tested: apt-get install chromium")
                .isPresent();
        assumeThat(SystemBrowser.class.getResource("/ui/index.html"))
                .as("the user interface was not built, because npm is missing: apt-get install npm")
                .isNotNull();
        return new SystemBrowser(executable.orElseThrow());
    }

    private static Optional<Path> find() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.of(path.split(File.pathSeparator, -1))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** A browser's profile of its own, as somebody with a screen of this size and these colours has it. */
    BrowserContext visitor(ColorScheme colours, int width, int height) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setColorScheme(colours)
                .setViewportSize(width, height)
                .setPermissions(List.of()));
        context.setDefaultTimeout(WAIT_MILLIS_MAX);
        return context;
    }

    /** What axe finds on the page that somebody could stumble over: rule, weight, and where; without what is of little weight. */
    static List<String> barriers(Page page, ColorScheme colours) throws IOException {
        if (page.evaluate("() => window.axe === undefined").equals(true)) {
            page.evaluate(Files.readString(AXE));
        }
        // In other colours the same page differs in nothing but its contrasts.
        String rules = colours == ColorScheme.DARK
                ? "['color-contrast']"
                : "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']";
        Object found = page.evaluate(
                "async () => (await axe.run(document, {resultTypes: ['violations'], runOnly: " + rules + "}))"
                        + ".violations.filter(one => one.impact === 'serious' || one.impact === 'critical')"
                        + ".map(one => `${one.id} (${one.impact}): ${one.nodes.map(node => node.target.join(' ')).join(', ')}`)");
        return ((List<?>) found).stream().map(String::valueOf).toList();
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
