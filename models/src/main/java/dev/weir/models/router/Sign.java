package dev.weir.models.router;

import dev.weir.models.evaluation.Outcomes.Answer;
import dev.weir.models.evaluation.Outcomes.Token;

/** One thing that an answer tells of how sure its model was. */
public enum Sign {
    MEAN("mean log-probability"),
    LOWEST("lowest log-probability"),
    LOWEST_OF_NUMBERS("lowest of tokens with digits"),
    SUM("sum of log-probabilities"),
    MARGIN("least margin before a second token"),
    LENGTH("number of tokens");

    private static final double LEAST = 1e-4;
    private static final double LONG_TOKENS = 64;

    private final String text;

    Sign(String text) {
        this.text = text;
    }

    /** What tables call it. */
    public String text() {
        return text;
    }

    /** As one number beside a constant. */
    double[] vector(Answer answer) {
        return new double[] {1, number(answer)};
    }

    private double number(Answer answer) {
        return switch (this) {
            case MEAN -> doubt(answer.scored().meanLogprob().orElse(0));
            case LOWEST -> doubt(answer.scored().lowestLogprob().orElse(0));
            case LOWEST_OF_NUMBERS ->
                doubt(answer.tokens().stream()
                        .filter(token -> token.text().chars().anyMatch(Character::isDigit))
                        .mapToDouble(Token::logprob)
                        .min()
                        .orElse(0));
            case SUM ->
                doubt(answer.tokens().stream().mapToDouble(Token::logprob).sum());
            case MARGIN ->
                -doubt(-answer.tokens().stream()
                        .mapToDouble(token -> token.logprob() - token.rival())
                        .min()
                        .orElse(0));
            case LENGTH -> answer.tokens().size() / LONG_TOKENS;
        };
    }

    /** How far from certain, as a logarithm. */
    private static double doubt(double logprob) {
        return StrictMath.log(LEAST + Math.max(0, -logprob));
    }
}
