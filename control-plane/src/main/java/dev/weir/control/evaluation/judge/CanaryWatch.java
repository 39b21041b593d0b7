package dev.weir.control.evaluation.judge;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Whether the judge still recognises cases whose label is known, over its last verdicts on them: it is quarantined when its agreement falls
 * by more than 0.1 below what it was calibrated at, and as long as it cannot be told.
 *
 * <p>Thread-safety: locked.
 */
public final class CanaryWatch {
    private static final double KAPPA_DROP_MAX = 0.1;
    private static final int WINDOW = 200;
    private static final int COUNT_MIN = 20;
    /** Of so few that chance alone moves kappa by more, an allowance: two standard errors of it, at about 0.8. */
    private static final double CHANCE = 1.2;

    private record Seen(boolean ruled, boolean passed, boolean passes) {}

    private final double kappaCalibrated;
    private final Deque<Seen> window = new ArrayDeque<>();

    /**
     * A watch over a judge.
     *
     * @param kappaCalibrated its agreement when it was last calibrated
     */
    public CanaryWatch(double kappaCalibrated) {
        this.kappaCalibrated = kappaCalibrated;
    }

    public synchronized void saw(Canary canary, Verdict verdict) {
        switch (verdict) {
            case Verdict.Ruled ruled -> window.addLast(new Seen(true, ruled.passed(), canary.passes()));
            case Verdict.Unscored _ -> window.addLast(new Seen(false, false, canary.passes()));
            case Verdict.NotApplicable _ -> {
                return;
            }
        }
        if (window.size() > WINDOW) {
            window.removeFirst();
        }
    }

    /** Over the window; verdicts that did not come are not among them. */
    public synchronized Agreement agreement() {
        Agreement agreement = Agreement.NONE;
        for (Seen seen : List.copyOf(window)) {
            agreement = seen.ruled() ? agreement.plus(seen.passed(), seen.passes()) : agreement;
        }
        return agreement;
    }

    /** Whether its verdicts are to be left out of decisions. */
    public synchronized boolean isQuarantined() {
        if (window.size() < COUNT_MIN) {
            return false;
        }
        Agreement agreement = agreement();
        int count = agreement.count();
        if (2 * count < window.size()) {
            return true;
        }
        double allowance = Math.max(KAPPA_DROP_MAX, CHANCE / Math.sqrt(count));
        return agreement.kappa() < kappaCalibrated - allowance;
    }
}
