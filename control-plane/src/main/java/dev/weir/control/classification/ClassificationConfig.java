package dev.weir.control.classification;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is settled when the control plane starts.
 *
 * @param head the directory of a learnt head; the one that ships where nobody names one
 * @param sacrificeMax of probability to be right, for the sake of a cheaper model; the head's own where nobody says
 */
public record ClassificationConfig(
        @Nullable Path head, @Nullable Double sacrificeMax) {
    public ClassificationConfig {
        if (sacrificeMax != null && !(sacrificeMax >= 0 && sacrificeMax <= 1)) {
            throw new IllegalArgumentException("weir.classification.sacrifice-max must be in [0, 1]: " + sacrificeMax);
        }
    }
}
