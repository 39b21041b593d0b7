package dev.weir.control.routing;

/**
 * What a model's tokens cost, in dollars each.
 *
 * @param cachedInput of what was found computed
 */
record TokenPrice(double input, double cachedInput, double output) {
    static final TokenPrice FREE = new TokenPrice(0, 0, 0);

    /** Of a token, read or written, whichever is the dearer. */
    double dearest() {
        return Math.max(input, output);
    }

    double of(long coldTokens, long warmTokens, long outputTokens) {
        return coldTokens * input + warmTokens * cachedInput + outputTokens * output;
    }
}
