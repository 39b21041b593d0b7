package dev.weir.engine.execution;

/**
 * The one vector that a sequence's hidden states become. They are added up in double, in the order of the tokens, so that how they were
 * chunked shows in no bit.
 */
final class PooledState {

    private double[] sum = new double[0];
    private int tokenCount;

    /** Begins again: what was computed before was lost. */
    void clear() {
        sum = new double[0];
        tokenCount = 0;
    }

    /** Adds {@code rows} hidden states of {@code size} elements, beginning with row {@code first}. */
    void add(float[] hidden, int first, int rows, int size) {
        if (sum.length == 0) {
            sum = new double[size];
        }
        for (int row = first; row < first + rows; row++) {
            for (int element = 0; element < size; element++) {
                sum[element] += hidden[row * size + element];
            }
        }
        tokenCount += rows;
    }

    /** The mean of what was added. */
    float[] vector() {
        float[] vector = new float[sum.length];
        for (int element = 0; element < vector.length; element++) {
            vector[element] = (float) (sum[element] / tokenCount);
        }
        return vector;
    }
}
