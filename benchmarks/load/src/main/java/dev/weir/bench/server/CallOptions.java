package dev.weir.bench.server;

import java.time.Duration;

/**
 * What every request of a run has in common.
 *
 * @param ignoreEos asks for answers of exactly the ordered length, as vLLM, SGLang, llama.cpp and Weir understand it
 * @param answerTimeMax after which a request counts as failed
 */
public record CallOptions(
        String model, Endpoint endpoint, boolean ignoreEos, double temperature, Duration answerTimeMax) {
    public static final Duration ANSWER_TIME_LIMIT = Duration.ofMinutes(50);

    public CallOptions {
        if (!(temperature >= 0 && temperature <= 2)) {
            throw new IllegalArgumentException("the temperature must be 0 to 2, not " + temperature);
        }
        if (!answerTimeMax.isPositive() || answerTimeMax.compareTo(ANSWER_TIME_LIMIT) > 0) {
            throw new IllegalArgumentException("the time of an answer must be above 0 and at most "
                    + ANSWER_TIME_LIMIT.toMinutes() + " minutes, not " + answerTimeMax);
        }
    }
}
