package dev.weir.engine;

/**
 * How far the next-token distributions of one model lie from another's, over many positions: the Kullback-Leibler divergence in nats, of
 * the reference from what is held against it, and how often both have the same most likely token. Not for use by several threads.
 */
final class Divergence {

    private long positions;
    private long sameTop;
    private double sum;
    private double sumOfSquares;

    /** One position: the logits of both. */
    void add(float[] reference, float[] other) {
        double referenceLogSum = logSumExp(reference);
        double otherLogSum = logSumExp(other);
        double divergence = 0;
        for (int i = 0; i < reference.length; i++) {
            double logProbability = reference[i] - referenceLogSum;
            divergence += Math.exp(logProbability) * (logProbability - (other[i] - otherLogSum));
        }
        positions++;
        sum += divergence;
        sumOfSquares += divergence * divergence;
        sameTop += top(reference) == top(other) ? 1 : 0;
    }

    long positions() {
        return positions;
    }

    double mean() {
        return sum / positions;
    }

    /** Of the mean, as if the positions were independent. */
    double standardError() {
        double variance = Math.max(0, sumOfSquares / positions - mean() * mean());
        return Math.sqrt(variance / positions);
    }

    /** Share of the positions at which both have the same most likely token. */
    double topAgreement() {
        return (double) sameTop / positions;
    }

    private static double logSumExp(float[] logits) {
        double highest = logits[top(logits)];
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit - highest);
        }
        return highest + Math.log(total);
    }

    private static int top(float[] logits) {
        int top = 0;
        for (int i = 1; i < logits.length; i++) {
            top = logits[i] > logits[top] ? i : top;
        }
        return top;
    }
}
