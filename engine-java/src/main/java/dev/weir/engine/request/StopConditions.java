package dev.weir.engine.request;

import java.util.List;
import java.util.Set;

/**
 * When a generation ends.
 *
 * @param outputTokensMax most tokens to generate, at least 1
 * @param stopStrings text that ends the answer and is not part of it; at most {@value #STOP_STRINGS_MAX}
 * @param stopTokenIds the caller's own ids that end the answer
 * @param eosTokenIds the model's ids for the end of a sequence
 * @param ignoreEos generate on past {@code eosTokenIds}; the other conditions stay
 */
public record StopConditions(
        int outputTokensMax,
        List<String> stopStrings,
        Set<Integer> stopTokenIds,
        Set<Integer> eosTokenIds,
        boolean ignoreEos) {

    public static final int STOP_STRINGS_MAX = 16;

    public StopConditions {
        if (outputTokensMax < 1) {
            throw new IllegalArgumentException("outputTokensMax must be at least 1: " + outputTokensMax);
        }
        if (stopStrings.size() > STOP_STRINGS_MAX) {
            throw new IllegalArgumentException("at most " + STOP_STRINGS_MAX + " stop strings: " + stopStrings.size());
        }
        if (stopStrings.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop string must not be empty");
        }
        if (stopStrings.stream().anyMatch(StopConditions::hasHalfACharacter)) {
            throw new IllegalArgumentException(
                    "a stop string must consist of whole characters: it has an unpaired surrogate");
        }
        stopStrings = List.copyOf(stopStrings);
        stopTokenIds = Set.copyOf(stopTokenIds);
        eosTokenIds = Set.copyOf(eosTokenIds);
    }

    /** Whether the answer ends with this token. */
    public boolean endWith(int tokenId) {
        return stopTokenIds.contains(tokenId) || (!ignoreEos && eosTokenIds.contains(tokenId));
    }

    /** Whether the text has a surrogate without its partner, which no token's text can ever match. */
    public static boolean hasHalfACharacter(String text) {
        return text.codePoints()
                .anyMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }
}
