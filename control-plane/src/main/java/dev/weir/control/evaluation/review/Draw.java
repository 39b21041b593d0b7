package dev.weir.control.evaluation.review;

import java.util.SplittableRandom;

/** The two halves of a sample. */
enum Draw {
    /** Every answer is as likely as any other: what the estimates rest on. */
    UNIFORM("uniform_rank", 0x5851F42D4C957F2DL),
    /** The less sure the judge was, the likelier: where corrections are found. */
    UNCERTAIN("uncertain_rank", 0x14057B7EF767814FL);

    /** What even an answer that the judge is sure of weighs: it may be sure and wrong. */
    private static final double WEIGHT_MIN = 0.05;

    private final String column;
    /** So that both draws of one call are independent. */
    private final long salt;

    Draw(String column, long salt) {
        this.column = column;
        this.salt = salt;
    }

    /** Where the table keeps an answer's rank. */
    String column() {
        return column;
    }

    /**
     * The rank of a call: exponential with the weight as its rate, so that the lowest ranks are a sample without replacement by weight.
     *
     * <p>Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97 (2006).
     */
    double rank(String callId, double weight) {
        double uniform = new SplittableRandom(callId.hashCode() ^ salt).nextDouble();
        return -Math.log1p(-uniform) / weight;
    }

    /** The weight of an answer whose quality the judge puts so: most where it could as well be good as bad. */
    static double weight(double quality) {
        return WEIGHT_MIN + (1 - WEIGHT_MIN) * (1 - Math.abs(2 * quality - 1));
    }
}
