package dev.weir.control.statistics;

import java.util.Arrays;

/**
 * The evidence that bad events fall on the candidate more often than its share of the traffic explains: an e-process.
 *
 * <p>In one tick the candidate has the share {@code q} of the requests. If it is no worse than the baseline, each bad event carries its
 * label with probability at most {@code q}, however common bad events are in that tick: a shared incident, a daily rhythm and a change of
 * weights cancel. If its risk is {@code r} times the baseline's, the probability is {@code qr/(1-q+qr)}. The likelihood ratio of the two,
 * multiplied over ticks and averaged over several {@code r}, is a non-negative supermartingale that starts at 1, so that it ever reaches
 * {@code 1/alpha} with probability at most alpha (Ville): it may be looked at after every tick. Where the requests of a tick are given,
 * labels are drawn without replacement; that only lowers the expectation, since the ratio is convex in their number (Hoeffding 1963,
 * theorem 4).
 *
 * <p>Of pairs that answer the same request only those count of which one answer was bad: without harm, either is it equally often.
 *
 * <p>A product that has long shrunk under good behaviour notices late harm late. So a tenth of the stake lies on products that begin anew,
 * {@code restartCountMax} of them, equal parts each; a part that has not begun yet is worth its stake. What begins at different times and
 * is then multiplied by the same factors needs only one sum for each {@code r}, however many there are: the recursion of Shiryaev and Roberts.
 *
 * <p>Lindon and Malek, "Anytime-Valid Inference for Multinomial Count Data" (2022), arXiv 2011.03567; Shin, Ramdas and Rinaldo,
 * "E-detectors" (2022), arXiv 2203.03532.
 */
public final class LabelEvidence {
    /** From "a quarter more" to "nearly only here". Between two of them the loss is a factor below 2 in E, that of a few events. */
    private static final double[] RISK_RATIOS = {1.25, 1.5, 2, 3, 5, 10, 20};

    /** How the stake is divided among them. Great harm needs few events whatever is staked on it; most lies where each event says little. */
    private static final double[] STAKES = {0.05, 0.15, 0.25, 0.25, 0.20, 0.05, 0.05};

    /** The part of the stake that begins anew. Late harm comes at a late stage, whose traffic makes up for what is missing. */
    private static final double RESTARTED_STAKE = 0.1;

    private static final double[] LOG_RISK_RATIOS = logs(RISK_RATIOS);
    private static final double[] LOG_STAKES = logs(STAKES);
    private static final double LOG_STARTED_STAKE = Math.log(1 - RESTARTED_STAKE);

    private final int restartCountMax;
    private final int restartCount;
    private final double[] logFromStart;
    /** For each risk ratio, the logarithm of the sum of the products that began since; minus infinity while there is none. */
    private final double[] logRestarted;
    /** Asked for more often than it changes. */
    private final double logE;

    private LabelEvidence(int restartCountMax, int restartCount, double[] logFromStart, double[] logRestarted) {
        this.restartCountMax = restartCountMax;
        this.restartCount = restartCount;
        this.logFromStart = logFromStart;
        this.logRestarted = logRestarted;
        this.logE = logMean();
    }

    /**
     * No evidence yet.
     *
     * @param restartCountMax how many times the process can begin anew; the more, the less each is worth
     */
    public static LabelEvidence none(int restartCountMax) {
        if (restartCountMax < 1) {
            throw new IllegalArgumentException("restartCountMax must be at least 1: " + restartCountMax);
        }
        double[] nothing = new double[RISK_RATIOS.length];
        Arrays.fill(nothing, Double.NEGATIVE_INFINITY);
        return new LabelEvidence(restartCountMax, 0, new double[RISK_RATIOS.length], nothing);
    }

    /** What is known after a tick more. Without traffic on both arms a tick says nothing. */
    public LabelEvidence after(ArmCounts tick) {
        long onlyCandidateBadCount = tick.onlyCandidateBadCount();
        long badCount = onlyCandidateBadCount + tick.onlyBaselineBadCount();
        if (tick.candidateCount() == 0 || tick.baselineCount() == 0 || badCount == 0) {
            return this;
        }
        double share = tick.candidateCount() / (double) (tick.candidateCount() + tick.baselineCount());
        double[] fromStart = logFromStart.clone();
        double[] restarted = logRestarted.clone();
        for (int i = 0; i < RISK_RATIOS.length; i++) {
            // theta/q = r/d and (1-theta)/(1-q) = 1/d, with d = 1-q+qr.
            double step =
                    onlyCandidateBadCount * LOG_RISK_RATIOS[i] - badCount * Math.log(1 + share * (RISK_RATIOS[i] - 1));
            fromStart[i] += step;
            restarted[i] += step;
        }
        return new LabelEvidence(restartCountMax, restartCount, fromStart, restarted);
    }

    /** Begins anew beside what has begun before; nothing happens once the last restart is spent. */
    public LabelEvidence restarted() {
        if (restartCount == restartCountMax) {
            return this;
        }
        double[] restarted = new double[logRestarted.length];
        for (int i = 0; i < restarted.length; i++) {
            double larger = Math.max(logRestarted[i], 0);
            restarted[i] = larger + Math.log(Math.exp(logRestarted[i] - larger) + Math.exp(-larger));
        }
        return new LabelEvidence(restartCountMax, restartCount + 1, logFromStart, restarted);
    }

    /** The natural logarithm of E. */
    public double logE() {
        return logE;
    }

    private double logMean() {
        double logRestartStake = Math.log(RESTARTED_STAKE / restartCountMax);
        double waiting = (restartCountMax - restartCount) * (RESTARTED_STAKE / restartCountMax);
        double largest = waiting > 0 ? 0 : Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logFromStart.length; i++) {
            largest = Math.max(largest, Math.max(logFromStart[i], logRestarted[i]));
        }
        double sum = waiting * Math.exp(-largest);
        for (int i = 0; i < logFromStart.length; i++) {
            sum += Math.exp(LOG_STAKES[i] + LOG_STARTED_STAKE + logFromStart[i] - largest)
                    + Math.exp(LOG_STAKES[i] + logRestartStake + logRestarted[i] - largest);
        }
        return largest + Math.log(sum);
    }

    /** Whether E has reached {@code 1/alpha}. */
    public boolean reaches(double alpha) {
        return logE() >= -Math.log(alpha);
    }

    private static double[] logs(double[] values) {
        return Arrays.stream(values).map(Math::log).toArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabelEvidence evidence
                && restartCountMax == evidence.restartCountMax
                && restartCount == evidence.restartCount
                && Arrays.equals(logFromStart, evidence.logFromStart)
                && Arrays.equals(logRestarted, evidence.logRestarted);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * restartCount + Arrays.hashCode(logFromStart)) + Arrays.hashCode(logRestarted);
    }

    @Override
    public String toString() {
        return "LabelEvidence[log10E=%.3f, restarts %d of %d]"
                .formatted(logE() / Math.log(10), restartCount, restartCountMax);
    }
}
