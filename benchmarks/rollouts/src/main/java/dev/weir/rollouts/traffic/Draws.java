package dev.weir.rollouts.traffic;

import java.util.random.RandomGenerator;

/** Exact draws: binomial ones by inversion, since the counts of a tick are small, and beta ones by rejection. */
public final class Draws {
    /** Above it the probability of nothing would lose digits, and halves are drawn instead. */
    private static final double MEAN_MAX = 300;

    private Draws() {}

    /** How many of {@code count} events with this probability happen. */
    public static long binomial(RandomGenerator random, long count, double probability) {
        if (probability <= 0 || count == 0) {
            return 0;
        }
        if (probability > 0.5) {
            return count - binomial(random, count, 1 - probability);
        }
        if (count * probability > MEAN_MAX) {
            long half = count / 2;
            return binomial(random, half, probability) + binomial(random, count - half, probability);
        }
        double odds = probability / (1 - probability);
        double term = Math.exp(count * Math.log1p(-probability));
        double rest = random.nextDouble() - term;
        long happened = 0;
        while (rest > 0 && happened < count) {
            term *= odds * (count - happened) / (happened + 1);
            happened++;
            rest -= term;
        }
        return happened;
    }

    /** A share that is distributed so; inverting its distribution function would take a thousand times as long. */
    public static double beta(RandomGenerator random, double alpha, double beta) {
        double gamma = gamma(random, alpha);
        return gamma / (gamma + gamma(random, beta));
    }

    /** Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000); below 1 from the shape that is larger by 1. */
    private static double gamma(RandomGenerator random, double shape) {
        if (shape < 1) {
            return gamma(random, shape + 1) * Math.pow(random.nextDouble(), 1 / shape);
        }
        double middle = shape - 1 / 3.0;
        double slope = 1 / Math.sqrt(9 * middle);
        while (true) {
            double normal = random.nextGaussian();
            double root = 1 + slope * normal;
            double cube = root * root * root;
            if (root > 0
                    && Math.log(random.nextDouble()) < normal * normal / 2 + middle * (1 - cube + Math.log(cube))) {
                return middle * cube;
            }
        }
    }
}
