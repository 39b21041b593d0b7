package dev.weir.engine.request;

import java.util.Map;

/**
 * What makes tokens likelier or less likely than the model has them, before they are drawn. Penalties of presence and frequency look at what
 * the answer has said, that of repetition at the prompt, too.
 *
 * @param repetitionPenalty what the logit of a token that was there before is divided by, or, if it is negative, multiplied; 1 is off
 * @param presencePenalty taken off the logit of each token that the answer has
 * @param frequencyPenalty taken off for each time that it has it
 * @param bias added to the logits of tokens by their ids
 */
public record LogitRules(
        float repetitionPenalty, float presencePenalty, float frequencyPenalty, Map<Integer, Float> bias) {

    public static final float REPETITION_PENALTY_MAX = 2;
    public static final float PENALTY_MAX = 2;
    public static final float BIAS_MAX = 100;
    public static final int BIASES_MAX = 4096;

    /** As the model has them. */
    public static final LogitRules NONE = new LogitRules(1, 0, 0, Map.of());

    public LogitRules {
        if (!(repetitionPenalty > 0 && repetitionPenalty <= REPETITION_PENALTY_MAX)) {
            throw new IllegalArgumentException("repetitionPenalty must be in (0, 2]: " + repetitionPenalty);
        }
        if (!(Math.abs(presencePenalty) <= PENALTY_MAX)) {
            throw new IllegalArgumentException("presencePenalty must be in [-2, 2]: " + presencePenalty);
        }
        if (!(Math.abs(frequencyPenalty) <= PENALTY_MAX)) {
            throw new IllegalArgumentException("frequencyPenalty must be in [-2, 2]: " + frequencyPenalty);
        }
        if (bias.size() > BIASES_MAX) {
            throw new IllegalArgumentException("at most " + BIASES_MAX + " biases: " + bias.size());
        }
        bias.forEach((id, value) -> {
            if (id < 0 || !(Math.abs(value) <= BIAS_MAX)) {
                throw new IllegalArgumentException("the bias of token " + id + " must be in [-100, 100]: " + value);
            }
        });
        bias = Map.copyOf(bias);
    }

    /** Whether what was said changes what is said next. */
    public boolean punish() {
        return repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0;
    }

    public boolean areNone() {
        return !punish() && bias.isEmpty();
    }
}
