package dev.weir.control.embedding;

import java.util.Optional;

/** Where a vector points, as a vector of length 1. */
public final class Direction {
    private Direction() {}

    /** In place; absent where the vector points nowhere. */
    public static Optional<float[]> of(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        if (!(squares > 0) || Double.isInfinite(squares)) {
            return Optional.empty();
        }
        float length = (float) Math.sqrt(squares);
        for (int d = 0; d < vector.length; d++) {
            vector[d] /= length;
        }
        return Optional.of(vector);
    }
}
