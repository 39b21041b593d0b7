package dev.weir.engine.model;

/**
 * A rotary embedding: pair {@code i} of the first {@code rotarySize} elements of a head turns by its frequency with every position.
 *
 * @param theta the base: unscaled, pair {@code i} has the frequency {@code theta ^ (-2i / rotarySize)}
 * @param rotarySize even; the head size, but where only a part of each head is turned
 */
public record Rope(double theta, int rotarySize, RopeScaling scaling) {

    public Rope {
        if (!(theta >= 1 && Double.isFinite(theta))) {
            throw new IllegalArgumentException("rope_theta must be at least 1: " + theta);
        }
        if (rotarySize < 2 || rotarySize % 2 != 0) {
            throw new IllegalArgumentException(
                    "the rotated part of a head must be even and at least 2: " + rotarySize + " elements");
        }
        scaling.requireFits(theta, rotarySize / 2);
    }

    /** Radians a position, for each pair. {@link StrictMath} gives every machine the same bits. */
    public double[] frequencies() {
        double[] frequencies = new double[rotarySize / 2];
        for (int pair = 0; pair < frequencies.length; pair++) {
            frequencies[pair] = scaling.scaled(this, pair, StrictMath.pow(theta, -2.0 * pair / rotarySize));
        }
        return frequencies;
    }

    /** This RoPE where no sequence is longer than {@code contextTokens}. */
    Rope within(int contextTokens) {
        return new Rope(theta, rotarySize, scaling.within(contextTokens));
    }

    /** What the turned elements are multiplied by. */
    public float amplitude() {
        return scaling.amplitude();
    }
}
