package dev.weir.control.ingress;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * How many calls are under way on arms with a version in the shadow, and how many copies of them. There is at most one copy more than
 * calls: people wait for an answer before they ask on, and copies wait for nothing, so a version that takes a little longer would have more and
 * more at once, be slower for it, and be compared with one that has few.
 *
 * <p>Thread-safety: locked, and short.
 */
final class ShadowPlaces {
    private static final int COPIES_MAX = 16;

    /** More copies than calls: of somebody who asks one thing after the other nothing is left out because a copy took a moment longer. */
    private static final int COPIES_AHEAD_MAX = 1;

    private static final class Arm {
        private int callCount;
        private int copyCount;
    }

    private final Map<String, Arm> arms = new HashMap<>();
    private int copyCount;

    synchronized void begun(String arm) {
        arms.computeIfAbsent(arm, _ -> new Arm()).callCount++;
    }

    synchronized void ended(String arm) {
        here(arm).callCount--;
        forgetIfEmpty(arm);
    }

    /** Whether a call that has begun may be copied. */
    synchronized boolean tryCopy(String arm) {
        Arm there = here(arm);
        // Calls end before their copies do, so there may be more copies ahead than may begin.
        if (copyCount == COPIES_MAX || there.copyCount >= there.callCount + COPIES_AHEAD_MAX) {
            return false;
        }
        copyCount++;
        there.copyCount++;
        return true;
    }

    synchronized void copied(String arm) {
        copyCount--;
        here(arm).copyCount--;
        forgetIfEmpty(arm);
    }

    private Arm here(String arm) {
        return Objects.requireNonNull(arms.get(arm), arm);
    }

    private void forgetIfEmpty(String arm) {
        arms.computeIfPresent(arm, (_, left) -> left.callCount + left.copyCount == 0 ? null : left);
    }
}
