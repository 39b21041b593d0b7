package dev.weir.control.completion;

import java.util.List;
import java.util.OptionalDouble;

/**
 * An answer, and how sure its model was of each token: log-probabilities, which are 0 where it was certain.
 *
 * @param tokens one after the other; none where nobody told
 */
public record ScoredAnswer(String text, List<Token> tokens) {
    /** A token and its log-probability. */
    public record Token(String text, double logprob) {}

    public ScoredAnswer {
        tokens = List.copyOf(tokens);
    }

    /** Of all tokens; one uncertain digit is hidden among many words that were sure. */
    public OptionalDouble meanLogprob() {
        return tokens.stream().mapToDouble(Token::logprob).average();
    }

    /** Of the token that its model was least sure of. */
    public OptionalDouble lowestLogprob() {
        return tokens.stream().mapToDouble(Token::logprob).min();
    }
}
