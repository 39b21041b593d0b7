package dev.weir.engine.model;

import java.util.List;

/** How rotary frequencies are stretched for contexts longer than those trained on. */
public sealed interface RopeScaling {

    /** What becomes of the frequency of a pair of {@code rope}, whose scaling this is. */
    double scaled(Rope rope, int pair, double frequency);

    /** What turned elements are multiplied by, which evens out that longer contexts flatten the softmax. */
    default float amplitude() {
        return 1;
    }

    /** How far the context reaches of a model whose file states {@code contextTokensMax}. */
    default long contextTokens(int contextTokensMax) {
        return contextTokensMax;
    }

    /** The scaling where no sequence is longer than {@code contextTokens}. */
    default RopeScaling within(int contextTokens) {
        return this;
    }

    /** Refuses a RoPE that this scaling does not fit, by its base and its number of pairs. */
    default void requireFits(double theta, int pairCount) {}

    /** Frequencies as they are. */
    record None() implements RopeScaling {
        @Override
        public double scaled(Rope rope, int pair, double frequency) {
            return frequency;
        }
    }

    /** All frequencies divided by {@code factor}. */
    record Linear(float factor) implements RopeScaling {
        public Linear {
            requireFactor(factor);
        }

        @Override
        public double scaled(Rope rope, int pair, double frequency) {
            return frequency / factor;
        }
    }

    /**
     * Llama 3.1's rule: pairs whose wavelength does not fit the original context are slowed down. Long waves by the whole factor, short
     * ones not at all, those between by a blend that is linear in the turns that they make within the original context.
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
            requireContext(originalContextTokens);
        }

        @Override
        public double scaled(Rope rope, int pair, double frequency) {
            double turns = originalContextTokens * frequency / (2 * Math.PI);
            double kept = clampToUnit((turns - lowFreqFactor) / ((double) highFreqFactor - lowFreqFactor));
            return blend(kept, frequency, frequency / factor);
        }
    }

    /**
     * YaRN (Peng et al. 2023): as Llama 3's rule, but the blend is linear in the pair's index, between the pairs that make
     * {@code betaFast} and {@code betaSlow} turns within the original context.
     *
     * @param truncated those two indices are rounded outwards
     */
    record Yarn(
            float factor, float betaFast, float betaSlow, boolean truncated, int originalContextTokens, float amplitude)
            implements RopeScaling {
        public Yarn {
            requireFactor(factor);
            if (!(betaSlow > 0 && betaFast > betaSlow && Float.isFinite(betaFast))) {
                throw new IllegalArgumentException(
                        "beta_slow must be above 0 and below beta_fast: " + betaSlow + ", " + betaFast);
            }
            requireContext(originalContextTokens);
            requireAmplitude(amplitude);
        }

        /** Who adds YaRN to a model adds it to the file of the unstretched model, as Qwen's publishers advise. */
        @Override
        public long contextTokens(int contextTokensMax) {
            return Math.max(contextTokensMax, (long) ((double) factor * originalContextTokens));
        }

        @Override
        public void requireFits(double theta, int pairCount) {
            if (theta == 1) {
                throw new IllegalArgumentException("rope_theta must be above 1 where the rope_type is yarn");
            }
        }

        @Override
        public double scaled(Rope rope, int pair, double frequency) {
            double fast = pairOfTurns(rope, betaFast);
            double slow = pairOfTurns(rope, betaSlow);
            double low = Math.max(truncated ? Math.floor(fast) : fast, 0);
            double high = Math.min(truncated ? Math.ceil(slow) : slow, rope.rotarySize() - 1);
            double width = high == low ? 0.001 : high - low;
            return blend(1 - clampToUnit((pair - low) / width), frequency, frequency / factor);
        }

        /** The index, as a real number, of the pair that makes so many turns within the original context. */
        private double pairOfTurns(Rope rope, float turns) {
            return rope.rotarySize()
                    * StrictMath.log(originalContextTokens / (turns * 2 * Math.PI))
                    / (2 * StrictMath.log(rope.theta()));
        }
    }

    /**
     * LongRoPE (Ding et al. 2024): every pair's frequency divided by a number of its own, found by search; other numbers within the
     * original context than beyond it.
     *
     * @param servedTokens the longest sequence that is served, by which one of the lists is chosen for all sequences
     */
    record LongRope(
            List<Float> shortDivisors,
            List<Float> longDivisors,
            int originalContextTokens,
            int servedTokens,
            float amplitude)
            implements RopeScaling {
        public LongRope {
            shortDivisors = requireDivisors(shortDivisors);
            longDivisors = requireDivisors(longDivisors);
            requireContext(originalContextTokens);
            requireAmplitude(amplitude);
        }

        private static List<Float> requireDivisors(List<Float> divisors) {
            for (float divisor : divisors) {
                if (!(divisor > 0 && Float.isFinite(divisor))) {
                    throw new IllegalArgumentException("the factors of a RoPE must be positive: " + divisor);
                }
            }
            return List.copyOf(divisors);
        }

        public List<Float> divisors() {
            return servedTokens > originalContextTokens ? longDivisors : shortDivisors;
        }

        @Override
        public RopeScaling within(int contextTokens) {
            return new LongRope(
                    shortDivisors,
                    longDivisors,
                    originalContextTokens,
                    Math.min(servedTokens, contextTokens),
                    amplitude);
        }

        @Override
        public void requireFits(double theta, int pairCount) {
            for (List<Float> divisors : List.of(shortDivisors, longDivisors)) {
                if (divisors.size() != pairCount) {
                    throw new IllegalArgumentException(
                            "a RoPE of " + pairCount + " pairs needs as many factors, not " + divisors.size());
                }
            }
        }

        @Override
        public double scaled(Rope rope, int pair, double frequency) {
            return frequency / divisors().get(pair);
        }
    }

    private static double blend(double share, double kept, double slowed) {
        return share * kept + (1 - share) * slowed;
    }

    private static double clampToUnit(double value) {
        return Math.clamp(value, 0.0, 1.0);
    }

    private static void requireFactor(float factor) {
        if (!(factor >= 1 && Float.isFinite(factor))) {
            throw new IllegalArgumentException("factor must be at least 1: " + factor);
        }
    }

    private static void requireContext(int tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException("original_max_position_embeddings must be positive: " + tokens);
        }
    }

    private static void requireAmplitude(float amplitude) {
        if (!(amplitude > 0 && Float.isFinite(amplitude))) {
            throw new IllegalArgumentException("attention_factor must be a positive number: " + amplitude);
        }
    }
}
