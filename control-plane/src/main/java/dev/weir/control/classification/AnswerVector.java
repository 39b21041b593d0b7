package dev.weir.control.classification;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.ScoredAnswer;
import dev.weir.control.completion.ScoredAnswer.Token;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * An answer as the numbers that a learnt check weighs: its request, what was foretold of it, how sure its model was of its tokens and where it was
 * not, and what of it agrees with the question.
 */
public final class AnswerVector {
    private static final int MANY = 4;
    private static final double LONG_TOKENS = 64;

    /** What a foretold probability is kept away from 0 and 1 by, and a log-probability from 0. */
    private static final double LEAST = 1e-4;

    /** Log-probabilities of tokens that a model was not sure of, and of those that it took one of several for. */
    private static final double UNSURE = -0.1;

    private static final double GUESSED = -0.4;

    private static final String SENTENCE_END = ". ";

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
        AnswerSigns signs = AnswerSigns.of(prompt.text(), answer.text());
        double mean = doubt(answer.meanLogprob().orElse(0));
        double lowest = doubt(answer.lowestLogprob().orElse(0));
        double numbers = doubt(
                lowest(answer.tokens().stream().filter(AnswerVector::isNumber).toList()));
        double sum = doubt(sum(answer.tokens()));
        double[] own = {
            odds(rights[model]),
            odds(rights[rights.length - 1]),
            mean,
            lowest,
            numbers,
            sum,
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
            any(signs.afterthoughts()),
            few(signs.repeats()),
            any(signs.repeats()),
            square(mean),
            square(lowest),
            square(numbers),
            square(sum)
        };
        return Stream.of(request, own, doubts(answer))
                .flatMapToDouble(DoubleStream::of)
                .toArray();
    }

    /** Where in an answer its model was not sure, and how often: one slip tells another thing than many. */
    private static double[] doubts(ScoredAnswer answer) {
        List<Token> tokens = answer.tokens();
        double[] sorted = tokens.stream().mapToDouble(Token::logprob).sorted().toArray();
        int lastFrom = lastSentence(answer);
        List<Token> before = tokens.subList(0, lastFrom);
        List<Token> last = tokens.subList(lastFrom, tokens.size());
        double lowestLast = doubt(lowest(last));
        double lowestBefore = doubt(lowest(before));
        double sumLast = doubt(sum(last));
        return new double[] {
            doubt(sorted.length > 1 ? sorted[1] : 0),
            doubt(sorted.length > 2 ? sorted[2] : 0),
            few(below(tokens, UNSURE)),
            few(below(tokens, GUESSED)),
            lowestLast,
            lowestBefore,
            sumLast,
            doubt(sum(tokens.stream().filter(AnswerVector::isNumber).toList())),
            doubt(lowest(tokens.stream().filter(AnswerVector::isName).toList())),
            doubt(tokens.isEmpty() ? 0 : tokens.getFirst().logprob()),
            placeOfLowest(tokens),
            square(lowestLast),
            square(lowestBefore),
            square(sumLast)
        };
    }

    /** The first token of the last sentence, which is where answers conclude. */
    private static int lastSentence(ScoredAnswer answer) {
        String text = answer.text();
        int end = text.lastIndexOf(SENTENCE_END, text.length() - SENTENCE_END.length() - 1);
        int chars = 0;
        int token = 0;
        while (token < answer.tokens().size()) {
            chars += answer.tokens().get(token).text().length();
            if (chars > end + 1) {
                return token;
            }
            token++;
        }
        return token;
    }

    private static int below(List<Token> tokens, double logprob) {
        return (int) tokens.stream().filter(token -> token.logprob() < logprob).count();
    }

    private static double lowest(List<Token> tokens) {
        return tokens.stream().mapToDouble(Token::logprob).min().orElse(0);
    }

    private static double sum(List<Token> tokens) {
        return tokens.stream().mapToDouble(Token::logprob).sum();
    }

    private static double placeOfLowest(List<Token> tokens) {
        int lowest = 0;
        for (int i = 1; i < tokens.size(); i++) {
            if (tokens.get(i).logprob() < tokens.get(lowest).logprob()) {
                lowest = i;
            }
        }
        return tokens.isEmpty() ? 0 : lowest / (double) tokens.size();
    }

    private static boolean isName(Token token) {
        String text = token.text().strip();
        return !text.isEmpty() && Character.isUpperCase(text.charAt(0));
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

    /** Of a doubt, brought to about 1: between certain and unsure there is more than a straight line. */
    private static double square(double doubt) {
        return doubt * doubt / (MANY * MANY);
    }

    private static double few(int count) {
        return Math.min(MANY, count) / (double) MANY;
    }

    private static double any(int count) {
        return count > 0 ? 1 : 0;
    }
}
