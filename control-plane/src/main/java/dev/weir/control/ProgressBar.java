package dev.weir.control;

import dev.weir.control.evaluation.run.EvaluationRun;
import java.util.Locale;

/** One line on a terminal that fills up; where nobody watches, a line for every tenth. */
final class ProgressBar implements EvaluationRun.Progress, AutoCloseable {
    private static final int WIDTH = 30;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final String what;

    @SuppressWarnings("SystemConsoleNull") // its documentation says that it may be
    private final boolean watched = System.console() != null && System.console().isTerminal();

    private final long beganNanos = System.nanoTime();
    private int firstCount = -1;
    private int shownTenths = -1;

    ProgressBar(String what) {
        this.what = what;
    }

    @Override
    public synchronized void advanced(int doneCount, int totalCount) {
        firstCount = firstCount < 0 ? doneCount : firstCount;
        if (totalCount == 0) {
            return;
        }
        int tenths = (int) (10L * doneCount / totalCount);
        if (watched) {
            int full = (int) ((long) WIDTH * doneCount / totalCount);
            System.err.printf(
                    Locale.ROOT,
                    "\r%s [%s%s] %d of %d%s ",
                    what,
                    "#".repeat(full),
                    "-".repeat(WIDTH - full),
                    doneCount,
                    totalCount,
                    left(doneCount, totalCount));
        } else if (tenths > shownTenths) {
            System.err.printf(Locale.ROOT, "%s: %d of %d%n", what, doneCount, totalCount);
        }
        shownTenths = tenths;
    }

    private String left(int doneCount, int totalCount) {
        int askedCount = doneCount - firstCount;
        if (askedCount < 1) {
            return "";
        }
        double perCase = (System.nanoTime() - beganNanos) / (double) NANOS_PER_SECOND / askedCount;
        return ", about %d s left".formatted(Math.round(perCase * (totalCount - doneCount)));
    }

    @Override
    public synchronized void close() {
        if (watched) {
            System.err.println();
        }
    }
}
