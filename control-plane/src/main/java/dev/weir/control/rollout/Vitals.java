package dev.weir.control.rollout;

/**
 * What is alive, as of the last report.
 *
 * @param quietTickCount ticks that passed since an observation
 * @param unprobedTickCount ticks that passed since the versions were probed
 * @param idleTickCount observations in a row without traffic on both arms
 */
record Vitals(
        boolean baselineHealthy,
        boolean candidateHealthy,
        int quietTickCount,
        int unprobedTickCount,
        int idleTickCount) {
    /** Nothing is proven. */
    static final Vitals UNKNOWN = new Vitals(false, false, 0, 0, 0);

    Vitals probed(boolean baseline, boolean candidate) {
        return new Vitals(baseline, candidate, quietTickCount, 0, idleTickCount);
    }

    /** A report that is too old proves nothing. */
    Vitals tickPassed(int missingTickCount) {
        boolean proven = unprobedTickCount + 1 < missingTickCount;
        return new Vitals(
                baselineHealthy && proven,
                candidateHealthy && proven,
                quietTickCount + 1,
                unprobedTickCount + 1,
                idleTickCount);
    }

    Vitals observed(boolean traffic) {
        return new Vitals(baselineHealthy, candidateHealthy, 0, unprobedTickCount, traffic ? 0 : idleTickCount + 1);
    }
}
