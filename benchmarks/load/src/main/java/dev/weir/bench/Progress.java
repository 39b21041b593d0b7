package dev.weir.bench;

import dev.weir.bench.load.Answer;
import dev.weir.bench.load.Sample;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** A line that says how far a run is, on a terminal only, a few times a second. For the timeline's thread. */
final class Progress implements Consumer<Sample> {
    private static final int BAR_CHARACTERS = 30;
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final PrintWriter terminal;
    private final boolean shown;
    private final String what;
    private final int requestCount;
    private final LongSupplier nanos;
    private int answered;
    private int failed;
    private long shownAtNanos;

    Progress(PrintWriter terminal, boolean shown, String what, int requestCount, LongSupplier nanos) {
        this.terminal = terminal;
        this.shown = shown;
        this.what = what;
        this.requestCount = requestCount;
        this.nanos = nanos;
        this.shownAtNanos = nanos.getAsLong() - INTERVAL_NANOS;
    }

    /** Whether somebody watches. */
    @SuppressWarnings("SystemConsoleNull") // JDK 25 went back to null where input or output is not a terminal
    static boolean onTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public void accept(Sample sample) {
        answered++;
        failed += sample.answer() instanceof Answer.Failed ? 1 : 0;
        long nowNanos = nanos.getAsLong();
        if (shown && (answered == requestCount || nowNanos - shownAtNanos >= INTERVAL_NANOS)) {
            shownAtNanos = nowNanos;
            int full = (int) ((long) BAR_CHARACTERS * answered / requestCount);
            String failures = failed == 0 ? "" : ", " + failed + " failed";
            terminal.printf(
                    Locale.ROOT,
                    "\r%s [%s%s] %d of %d%s\033[K",
                    what,
                    "#".repeat(full),
                    ".".repeat(BAR_CHARACTERS - full),
                    answered,
                    requestCount,
                    failures);
            terminal.flush();
        }
    }

    /** Takes the line away. */
    void end() {
        if (shown) {
            terminal.print("\r\033[K");
            terminal.flush();
        }
    }
}
