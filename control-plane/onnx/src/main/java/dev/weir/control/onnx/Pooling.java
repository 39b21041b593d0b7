package dev.weir.control.onnx;

import java.util.Arrays;
import java.util.Locale;

/** How the vectors of a text's tokens become the text's. No token is padding: texts are encoded one by one. */
enum Pooling {
    /** Their mean. */
    MEAN("pooling_mode_mean_tokens"),
    /** That of the first, which stands for all by training. */
    CLS("pooling_mode_cls_token"),
    /** In each dimension the largest. */
    MAX("pooling_mode_max_tokens"),
    /** That of the last. */
    LAST("pooling_mode_lasttoken");

    private final String key;

    Pooling(String key) {
        this.key = key;
    }

    /** Under which a directory says that it is this one. */
    String key() {
        return key;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One vector of the tokens', which lie one behind the other. */
    float[] of(float[] tokens, int dimensionCount) {
        int tokenCount = tokens.length / dimensionCount;
        if (tokenCount < 1 || tokens.length % dimensionCount != 0) {
            throw new IllegalArgumentException(tokens.length + " numbers are no vectors of " + dimensionCount);
        }
        return switch (this) {
            case CLS -> Arrays.copyOf(tokens, dimensionCount);
            case LAST -> Arrays.copyOfRange(tokens, tokens.length - dimensionCount, tokens.length);
            case MEAN -> mean(tokens, tokenCount, dimensionCount);
            case MAX -> max(tokens, dimensionCount);
        };
    }

    private static float[] mean(float[] tokens, int tokenCount, int dimensionCount) {
        float[] mean = new float[dimensionCount];
        for (int i = 0; i < tokens.length; i++) {
            mean[i % dimensionCount] += tokens[i] / tokenCount;
        }
        return mean;
    }

    private static float[] max(float[] tokens, int dimensionCount) {
        float[] max = Arrays.copyOf(tokens, dimensionCount);
        for (int i = dimensionCount; i < tokens.length; i++) {
            max[i % dimensionCount] = Math.max(max[i % dimensionCount], tokens[i]);
        }
        return max;
    }
}
