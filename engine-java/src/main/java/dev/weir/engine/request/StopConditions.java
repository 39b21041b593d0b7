package dev.weir.engine.request;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * When a generation ends.
 *
 * @param outputTokensMax most tokens to generate, at least 1
 * @param outputTokensMin before so many, nothing but the limit ends the answer: ids that would are not drawn, and stop strings not looked for
 * @param stopStrings text that ends the answer and is not part of it; at most {@value #STOP_STRINGS_MAX}
 * @param stopTokenIds the caller's own ids that end the answer
 * @param eosTokenIds the model's ids for the end of a sequence
 * @param ignoreEos generate on past {@code eosTokenIds}; the other conditions stay
 */
public record StopConditions(
        int outputTokensMax,
        int outputTokensMin,
        List<String> stopStrings,
        Set<Integer> stopTokenIds,
        Set<Integer> eosTokenIds,
        boolean ignoreEos) {

    public static final int STOP_STRINGS_MAX = 16;

    public StopConditions {
        if (outputTokensMax < 1) {
            throw new IllegalArgumentException("outputTokensMax must be at least 1: " + outputTokensMax);
        }
        if (outputTokensMin < 0 || outputTokensMin > outputTokensMax) {
            throw new IllegalArgumentException(
                    "outputTokensMin must be in [0, " + outputTokensMax + "]: " + outputTokensMin);
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

    /** Without a least number of tokens. */
    public StopConditions(
            int outputTokensMax,
            List<String> stopStrings,
            Set<Integer> stopTokenIds,
            Set<Integer> eosTokenIds,
            boolean ignoreEos) {
        this(outputTokensMax, 0, stopStrings, stopTokenIds, eosTokenIds, ignoreEos);
    }

    /** The ids that end the answer. */
    public Set<Integer> endingTokenIds() {
        Set<Integer> ids = new HashSet<>(stopTokenIds);
        if (!ignoreEos) {
            ids.addAll(eosTokenIds);
        }
        return ids;
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
