package dev.weir.bench.report;

/** Where axes end. */
final class Axis {
    /** Steps on an axis; each of the ends below divides into them without long fractions. */
    static final int TICKS = 4;

    private static final double[] ENDS = {1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10};

    private Axis() {}

    /** The least round number that is not below the value. */
    static double nice(double value) {
        if (!(value > 0)) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double end : ENDS) {
            if (end * power >= value) {
                return end * power;
            }
        }
        return 10 * power;
    }
}
