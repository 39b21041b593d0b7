package dev.weir.control.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.numbers.gamma.LogBeta;

/**
 * Which of several arms is best, with which probability, if the success rate of each has a Beta distribution: the integral of one
 * density times the others' distribution functions, by Simpson's rule. Not by drawing: the same counts give the same weights, so that a
 * shift of traffic can be explained afterwards.
 *
 * <p>Thompson, Biometrika 25 (1933); Chapelle and Li, "An empirical evaluation of Thompson sampling", NIPS 2011.
 */
public final class BetaArms {
    private static final double STEP_IN_DEVIATIONS = 0.25;
    private static final int STEPS_EACH_SIDE = 36;
    private static final double EDGE = 1e-12;

    private BetaArms() {}

    /** Successes and failures so far, of which neither has to be whole: an answer may be half a success. */
    public record Arm(double successCount, double failureCount) {
        public Arm {
            if (!(successCount >= 0 && failureCount >= 0 && Double.isFinite(successCount + failureCount))) {
                throw new IllegalArgumentException(
                        "counts must be finite and not negative: " + successCount + ", " + failureCount);
            }
        }

        double alpha() {
            return 1 + successCount;
        }

        double beta() {
            return 1 + failureCount;
        }

        double mean() {
            return alpha() / (alpha() + beta());
        }

        double deviation() {
            return Math.sqrt(mean() * (1 - mean()) / (alpha() + beta() + 1));
        }
    }

    /** For each arm the probability that it is the best; 1 together. */
    public static List<Double> probabilitiesOfBest(List<Arm> arms) {
        double[] grid = grid(arms);
        int pointCount = grid.length;
        double[] logs = Arrays.stream(grid).map(Math::log).toArray();
        double[] logsOfRest = Arrays.stream(grid).map(x -> Math.log1p(-x)).toArray();
        double[][] densities = new double[arms.size()][];
        double[][] distributions = new double[arms.size()][];
        for (int i = 0; i < arms.size(); i++) {
            densities[i] = densities(arms.get(i), logs, logsOfRest);
            distributions[i] = distribution(densities[i], grid);
        }
        double[] best = new double[arms.size()];
        double[] integrand = new double[pointCount];
        for (int i = 0; i < best.length; i++) {
            for (int p = 0; p < pointCount; p++) {
                integrand[p] = densities[i][p];
                for (int other = 0; other < best.length; other++) {
                    integrand[p] *= other == i ? 1 : distributions[other][p];
                }
            }
            best[i] = simpson(integrand, grid);
        }
        double sum = Arrays.stream(best).sum();
        return Arrays.stream(best).map(probability -> probability / sum).boxed().toList();
    }

    /** Points a quarter of a deviation apart around every mean, with the middle of every gap: dense wherever any arm's density is. */
    private static double[] grid(List<Arm> arms) {
        List<Double> ends = new ArrayList<>();
        for (Arm arm : arms) {
            for (int step = -STEPS_EACH_SIDE; step <= STEPS_EACH_SIDE; step++) {
                double point = arm.mean() + step * STEP_IN_DEVIATIONS * arm.deviation();
                if (point > EDGE && point < 1 - EDGE) {
                    ends.add(point);
                }
            }
        }
        ends.add(EDGE);
        ends.add(1 - EDGE);
        double[] sorted = ends.stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .distinct()
                .toArray();
        double[] grid = new double[2 * sorted.length - 1];
        for (int i = 0; i < sorted.length; i++) {
            grid[2 * i] = sorted[i];
            if (i > 0) {
                grid[2 * i - 1] = (sorted[i - 1] + sorted[i]) / 2;
            }
        }
        return grid;
    }

    private static double[] densities(Arm arm, double[] logs, double[] logsOfRest) {
        double logScale = LogBeta.value(arm.alpha(), arm.beta());
        double[] densities = new double[logs.length];
        for (int i = 0; i < logs.length; i++) {
            densities[i] = Math.exp(arm.successCount() * logs[i] + arm.failureCount() * logsOfRest[i] - logScale);
        }
        return densities;
    }

    /** The integral up to each point; up to the middle of a gap, that of the parabola through its three points. */
    private static double[] distribution(double[] density, double[] grid) {
        double[] integral = new double[grid.length];
        for (int i = 2; i < grid.length; i += 2) {
            double width = grid[i] - grid[i - 2];
            integral[i - 1] = integral[i - 2] + width / 24 * (5 * density[i - 2] + 8 * density[i - 1] - density[i]);
            integral[i] = integral[i - 2] + width / 6 * (density[i - 2] + 4 * density[i - 1] + density[i]);
        }
        return integral;
    }

    private static double simpson(double[] values, double[] grid) {
        double sum = 0;
        for (int i = 2; i < grid.length; i += 2) {
            sum += (grid[i] - grid[i - 2]) / 6 * (values[i - 2] + 4 * values[i - 1] + values[i]);
        }
        return sum;
    }
}
