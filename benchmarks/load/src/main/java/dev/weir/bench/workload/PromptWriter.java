package dev.weir.bench.workload;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Writes texts of so many tokens from random words, so that no two share more than a few of their first tokens unless they are meant to.
 *
 * <p>Nobody can say how many tokens a word is but the tokenizer, so the words are drawn first and then the longest beginning that is not too
 * long is searched for by interpolation, which takes two or three looks; what is then missing is filled up with a word that nearly every
 * vocabulary has as one token.
 */
final class PromptWriter {
    private static final List<String> WORDS = List.of(
            ("river stone bridge water mill harbour north winter letter garden market signal paper window engine valley silver"
                            + " forest station captain morning island copper window ladder village thunder summer basket mirror"
                            + " number story answer question window doctor patient record answer reason method result measure"
                            + " pressure current level channel gate flow spring storm cloud field road tower castle boat sail anchor"
                            + " light shadow colour sound music voice silence evening")
                    .split(" ", -1));

    private static final String FILLER = " a";
    private static final int LOOKS_MAX = 40;

    private final TokenCounter counter;

    PromptWriter(TokenCounter counter) {
        this.counter = counter;
    }

    /** A text of so many tokens, or the nearest below that was found. */
    String write(int tokens, RandomGenerator random) {
        return extend("", tokens, random);
    }

    /** The text and more words, until it has so many tokens altogether. */
    String extend(String begin, int tokens, RandomGenerator random) {
        StringBuilder text = new StringBuilder(begin);
        int[] ends = new int[tokens + 1];
        ends[0] = text.length();
        for (int i = 1; i <= tokens; i++) {
            if (!text.isEmpty()) {
                text.append(' ');
            }
            text.append(WORDS.get(random.nextInt(WORDS.size())));
            ends[i] = text.length();
        }
        return filled(longestBeginning(text, ends, tokens), tokens);
    }

    private String longestBeginning(CharSequence text, int[] ends, int tokens) {
        int fits = 0; // so many words are not too long
        int exceeds = ends.length; // so many are
        int fitsTokens =
                ends[0] == 0 ? 0 : counter.count(text.subSequence(0, ends[0]).toString());
        int words = ends.length - 1;
        for (int looks = 0; looks < LOOKS_MAX && fits + 1 < exceeds; looks++) {
            int count = counter.count(text.subSequence(0, ends[words]).toString());
            if (count == tokens) {
                return text.subSequence(0, ends[words]).toString();
            }
            double tokensPerWord = Math.max(1e-3, (double) (count - fitsTokens) / (words - fits));
            if (count < tokens) {
                fits = words;
                fitsTokens = count;
            } else {
                exceeds = words;
            }
            int guess = fits + (int) ((tokens - fitsTokens) / tokensPerWord);
            words = Math.clamp(guess, fits + 1, Math.max(fits + 1, exceeds - 1));
        }
        return text.subSequence(0, ends[fits]).toString();
    }

    private String filled(String text, int tokens) {
        String best = text;
        int missing = tokens - (text.isEmpty() ? 0 : counter.count(text));
        for (int looks = 0; looks < LOOKS_MAX && missing > 0; looks++) {
            String longer = best + FILLER.repeat(missing);
            int count = counter.count(longer);
            if (count > tokens) {
                longer = best + FILLER;
                count = counter.count(longer);
                if (count > tokens) {
                    return best;
                }
            }
            best = longer;
            missing = tokens - count;
        }
        return best;
    }
}
