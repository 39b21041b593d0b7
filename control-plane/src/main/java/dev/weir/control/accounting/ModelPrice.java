package dev.weir.control.accounting;

import dev.weir.control.completion.Saturating;
import dev.weir.control.completion.Usage;

/** What a token costs, in billionths of the currency: a price of 0.20 per million tokens is 200. */
public record ModelPrice(long inputNanos, long cachedInputNanos, long outputNanos) {
    public static final ModelPrice FREE = new ModelPrice(0, 0, 0);

    public ModelPrice {
        if (inputNanos < 0 || cachedInputNanos < 0 || outputNanos < 0) {
            throw new IllegalArgumentException("a price is at least 0");
        }
    }

    public long costNanos(Usage usage) {
        long input = (usage.inputTokens() - usage.cachedTokens()) * inputNanos;
        return input + usage.cachedTokens() * cachedInputNanos + usage.outputTokens() * outputNanos;
    }

    /** Of a token that is read or written, whichever costs more. */
    public long dearest() {
        return Math.max(Math.max(inputNanos, cachedInputNanos), outputNanos);
    }

    /** The most that so many tokens can cost: nothing is found computed. */
    public long costNanosMax(long inputTokens, long outputTokens) {
        long input = Saturating.product(inputTokens, Math.max(inputNanos, cachedInputNanos));
        return Saturating.sum(input, Saturating.product(outputTokens, outputNanos));
    }
}
