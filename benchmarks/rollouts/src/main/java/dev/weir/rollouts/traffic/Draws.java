package dev.weir.rollouts.traffic;

import java.util.random.RandomGenerator;

/** Exact draws, by inversion: the counts of a tick are small. */
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
}
