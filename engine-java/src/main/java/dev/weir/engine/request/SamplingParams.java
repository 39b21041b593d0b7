package dev.weir.engine.request;

/**
 * How each next token is drawn. The order is the rules for logits, temperature, top-k, top-p, min-p, then one draw keyed by {@code seed} and the token's
 * position, so that the same request gives the same tokens whatever else runs.
 *
 * @param temperature 0 is greedy; at most {@value #TEMPERATURE_MAX}
 * @param topK keep the k most likely; 0 is off
 * @param topP keep the smallest set with this much probability, in (0, 1]; 1 is off
 * @param minP drop tokens less likely than this share of the most likely one, in [0, 1); 0 is off
 * @param seed key of the counter-based generator
 * @param logprobCount -1: no log-probabilities; 0: of the chosen token; n: and of the n most likely
 * @param rules what is done to logits before anything else
 */
public record SamplingParams(
        float temperature, int topK, float topP, float minP, long seed, int logprobCount, LogitRules rules) {

    public static final float TEMPERATURE_MAX = 2;
    public static final int LOGPROB_COUNT_MAX = 20;
    public static final int NO_LOGPROBS = -1;

    public SamplingParams {
        if (!(temperature >= 0 && temperature <= TEMPERATURE_MAX)) {
            throw new IllegalArgumentException("temperature must be in [0, 2]: " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("topK must not be negative: " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP must be in (0, 1]: " + topP);
        }
        if (!(minP >= 0 && minP < 1)) {
            throw new IllegalArgumentException("minP must be in [0, 1): " + minP);
        }
        if (logprobCount < NO_LOGPROBS || logprobCount > LOGPROB_COUNT_MAX) {
            throw new IllegalArgumentException(
                    "logprobCount must be in [-1, " + LOGPROB_COUNT_MAX + "]: " + logprobCount);
        }
    }

    /** With logits as the model has them. */
    public SamplingParams(float temperature, int topK, float topP, float minP, long seed, int logprobCount) {
        this(temperature, topK, topP, minP, seed, logprobCount, LogitRules.NONE);
    }

    /** The same, but drawn with another seed. */
    public SamplingParams withSeed(long otherSeed) {
        return new SamplingParams(temperature, topK, topP, minP, otherSeed, logprobCount, rules);
    }

    /** The same, but logits follow rules. */
    public SamplingParams following(LogitRules logitRules) {
        return new SamplingParams(temperature, topK, topP, minP, seed, logprobCount, logitRules);
    }

    /**
     * How one of several answers to the same prompt is drawn. The first has the seed itself, so that it is what would be the only one; the
     * seed of answer {@code i} is the {@code i}-th output of SplitMix64 begun at it, so that anybody can ask for that answer alone.
     */
    public SamplingParams ofChoice(int choice) {
        if (choice == 0) {
            return this;
        }
        long choiceSeed = mix(seed + choice * 0x9E3779B97F4A7C15L);
        return withSeed(choiceSeed);
    }

    /** SplitMix64's finaliser: neighbouring inputs give unrelated seeds. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** Greedy decoding without log-probabilities. */
    public static SamplingParams greedy() {
        return new SamplingParams(0, 0, 1, 0, 0, NO_LOGPROBS);
    }
}
