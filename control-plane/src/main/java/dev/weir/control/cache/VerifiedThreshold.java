package dev.weir.control.cache;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whether a remembered answer may stand for a question that is so similar, given what was seen of it before: the decision rule of vCache
 * (Schroeder et al., "vCache: Verified Semantic Prompt Caching", ICLR 2026, arXiv 2502.03771).
 *
 * <p>That the answer is right for a question of similarity {@code s} has the probability {@code L(s; t, g) = 1 / (1 + exp(-g (s - t)))} with
 * a threshold {@code t} and a steepness {@code g} of each entry. With probability {@code 1 - e} it is at least {@code L_e(s)}, the lower
 * {@code e}-quantile of {@code L} over what {@code t} and {@code g} may be. Who serves the answer with probability {@code 1 - x} and
 * otherwise has an engine compute it is wrong with probability at most {@code (1 - x) (1 - (1 - e) L_e(s))}. That is no more than the
 * bound {@code d} where
 *
 * <pre>{@code   x(s) >= 1 - d / (1 - (1 - e) L_e(s))   for some e in (0, 1)}</pre>
 *
 * so the smallest such {@code x} over a list of {@code e} is the probability to explore. What is computed then is compared with the
 * remembered answer, which is one more observation; it costs time and never an error.
 *
 * <p>What {@code t} and {@code g} may be is a posterior over a grid, and not vCache's normal approximation around the most likely values: an
 * entry has few observations, mostly of one kind, for which there is no most likely value. Its prior is what was observed of all entries of
 * the same tenant, counted as at most {@value #PRIOR_OBSERVATIONS} observations: entries differ, and how much is theirs to show.
 *
 * <p>Pure, immutable but for {@link Evidence}, which its owner locks.
 */
final class VerifiedThreshold {
    static final int PRIOR_OBSERVATIONS = 200;

    private static final double THRESHOLD_MIN = 0.30;
    private static final double THRESHOLD_STEP = 0.025;
    private static final int THRESHOLD_COUNT = 37; // up to 1.2: there are answers that stand for no other question
    private static final double[] STEEPNESSES = {5, 10, 20, 40, 80};
    private static final double[] DOUBTS = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2};

    private static final int POINT_COUNT = THRESHOLD_COUNT * STEEPNESSES.length;

    /** Similarities are rounded down to one in so many, so that everything below is looked up. */
    private static final int LEVELS = 512;

    private static final Level[] BY_LEVEL = new Level[LEVELS + 1];

    static {
        Arrays.setAll(BY_LEVEL, level -> Level.of((double) level / LEVELS));
    }

    /**
     * What a similarity means at each point of the grid.
     *
     * @param right the probability that the answer is right
     * @param rising the points, that of the lowest probability first
     */
    @SuppressWarnings("ArrayRecordComponent") // a table, never compared
    private record Level(double[] right, double[] logRight, double[] logWrong, int[] rising) {
        static Level of(double similarity) {
            double[] right = new double[POINT_COUNT];
            double[] logRight = new double[POINT_COUNT];
            double[] logWrong = new double[POINT_COUNT];
            for (int point = 0; point < POINT_COUNT; point++) {
                right[point] = probability(similarity, point);
                logRight[point] = Math.log(right[point]);
                logWrong[point] = Math.log(1 - right[point]);
            }
            int[] rising = IntStream.range(0, POINT_COUNT)
                    .boxed()
                    .sorted(Comparator.comparingDouble(point -> right[point]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            return new Level(right, logRight, logWrong, rising);
        }

        static Level at(double similarity) {
            return BY_LEVEL[Math.clamp((int) (similarity * LEVELS), 0, LEVELS)];
        }

        double[] logs(boolean seenRight) {
            return seenRight ? logRight : logWrong;
        }
    }

    private VerifiedThreshold() {}

    /** What was seen: whether the answer was right for a question of that similarity. */
    record Observation(double similarity, boolean right) {}

    /** The logarithms of how likely observations are at each point of the grid. */
    static final class Evidence {
        private final double[] logLikelihoods = new double[POINT_COUNT];
        private int count;

        void add(Observation seen) {
            double[] logs = Level.at(seen.similarity()).logs(seen.right());
            for (int point = 0; point < POINT_COUNT; point++) {
                logLikelihoods[point] += logs[point];
            }
            count++;
        }

        int count() {
            return count;
        }
    }

    /** The probability with which an engine has to be asked all the same, for the share of wrong answers to stay within the bound. */
    static double explore(Evidence ofTenant, List<Observation> ofEntry, double similarity, double errorMax) {
        double[] posterior = posterior(ofTenant, ofEntry);
        Level level = Level.at(similarity);
        double least = 1;
        double mass = 0;
        int next = 0;
        for (double doubt : DOUBTS) {
            while (next < POINT_COUNT - 1 && mass + posterior[level.rising()[next]] <= doubt) {
                mass += posterior[level.rising()[next]];
                next++;
            }
            double wrong = 1 - (1 - doubt) * level.right()[level.rising()[next]];
            least = Math.min(least, 1 - errorMax / wrong);
        }
        return Math.max(0, least);
    }

    private static double[] posterior(Evidence ofTenant, List<Observation> ofEntry) {
        double weight = Math.min(1, (double) PRIOR_OBSERVATIONS / Math.max(1, ofTenant.count));
        double[] logs = new double[POINT_COUNT];
        for (int point = 0; point < POINT_COUNT; point++) {
            logs[point] = weight * ofTenant.logLikelihoods[point];
        }
        for (Observation seen : ofEntry) {
            double[] ofSeen = Level.at(seen.similarity()).logs(seen.right());
            for (int point = 0; point < POINT_COUNT; point++) {
                logs[point] += ofSeen[point];
            }
        }
        double largest = Arrays.stream(logs).max().orElseThrow();
        for (int point = 0; point < POINT_COUNT; point++) {
            logs[point] = Math.exp(logs[point] - largest);
        }
        double sum = Arrays.stream(logs).sum();
        for (int point = 0; point < POINT_COUNT; point++) {
            logs[point] /= sum;
        }
        return logs;
    }

    /** Kept off 0 and 1, where one observation would settle everything. */
    private static double probability(double similarity, int point) {
        double threshold = THRESHOLD_MIN + THRESHOLD_STEP * Math.floorDiv(point, STEEPNESSES.length);
        double steepness = STEEPNESSES[point % STEEPNESSES.length];
        return Math.clamp(1 / (1 + Math.exp(-steepness * (similarity - threshold))), 1e-4, 1 - 1e-4);
    }
}
