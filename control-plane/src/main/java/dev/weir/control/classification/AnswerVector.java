package dev.weir.control.classification;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.ScoredAnswer;
import dev.weir.control.completion.ScoredAnswer.Token;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * An answer as the numbers that a learnt check weighs: its request, what was foretold of it, how sure its model was of its tokens, and what of
 * it agrees with the question.
 */
public final class AnswerVector {
    private static final int MANY = 4;
    private static final double LONG_TOKENS = 64;

    /** What a foretold probability is kept away from 0 and 1 by, and a log-probability from 0. */
    private static final double LEAST = 1e-4;

    private AnswerVector() {}

    /**
     * The vector of an answer.
     *
     * @param request its vector
     * @param rights that were foretold, of each model
     * @param model that answered, by its place
     */
    public static double[] of(JsonBody body, double[] request, double[] rights, int model, ScoredAnswer answer) {
        return of(PromptFeatures.of(body), request, rights, model, answer);
    }

    static double[] of(PromptFeatures prompt, double[] request, double[] rights, int model, ScoredAnswer answer) {
        List<Token> numbers =
                answer.tokens().stream().filter(AnswerVector::isNumber).toList();
        AnswerSigns signs = AnswerSigns.of(prompt.text(), answer.text());
        double[] own = {
            odds(rights[model]),
            odds(rights[rights.length - 1]),
            doubt(answer.meanLogprob().orElse(0)),
            doubt(answer.lowestLogprob().orElse(0)),
            doubt(numbers.stream().mapToDouble(Token::logprob).min().orElse(0)),
            doubt(answer.tokens().stream().mapToDouble(Token::logprob).sum()),
            Math.min(MANY, answer.tokens().size() / LONG_TOKENS),
            few(signs.equations()),
            few(signs.wrongEquations()),
            any(signs.wrongEquations()),
            few(signs.strayNumbers()),
            few(signs.strayNames()),
            few(signs.matches()),
            few(signs.mismatches()),
            any(signs.mismatches()),
            few(signs.afterthoughts()),
            any(signs.afterthoughts())
        };
        return DoubleStream.concat(DoubleStream.of(request), DoubleStream.of(own))
                .toArray();
    }

    private static boolean isNumber(Token token) {
        return token.text().chars().anyMatch(Character::isDigit);
    }

    /** Probabilities add up as logarithms of odds. */
    private static double odds(double probability) {
        double kept = Math.clamp(probability, LEAST, 1 - LEAST);
        return StrictMath.log(kept / (1 - kept));
    }

    /** Of a log-probability: how far it is from certain, as a logarithm, for what counts is how many times surer one is than another. */
    private static double doubt(double logprob) {
        return StrictMath.log(LEAST + Math.max(0, -logprob));
    }

    private static double few(int count) {
        return Math.min(MANY, count) / (double) MANY;
    }

    private static double any(int count) {
        return count > 0 ? 1 : 0;
    }
}
