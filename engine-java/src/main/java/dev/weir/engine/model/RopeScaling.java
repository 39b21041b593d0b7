package dev.weir.engine.model;

/** How rotary frequencies are stretched for contexts longer than those trained on. */
public sealed interface RopeScaling {

    /** Frequencies as they are. */
    record None() implements RopeScaling {}

    /** All frequencies divided by {@code factor}. */
    record Linear(float factor) implements RopeScaling {
        public Linear {
            requireFactor(factor);
        }
    }

    /**
     * Llama 3.1's rule: low frequencies are divided by {@code factor}, high ones kept, those between blended.
     *
     * @param originalContextTokens the context of the unscaled training
     */
    record Llama3(float factor, float lowFreqFactor, float highFreqFactor, int originalContextTokens)
            implements RopeScaling {
        public Llama3 {
            requireFactor(factor);
            if (!(lowFreqFactor > 0 && highFreqFactor > lowFreqFactor && Float.isFinite(highFreqFactor))) {
                throw new IllegalArgumentException("low_freq_factor must be above 0 and below high_freq_factor: "
                        + lowFreqFactor + ", " + highFreqFactor);
            }
            if (originalContextTokens < 1) {
                throw new IllegalArgumentException(
                        "original_max_position_embeddings must be positive: " + originalContextTokens);
            }
        }
    }

    private static void requireFactor(float factor) {
        if (!(factor >= 1 && Float.isFinite(factor))) {
            throw new IllegalArgumentException("factor must be at least 1: " + factor);
        }
    }
}
