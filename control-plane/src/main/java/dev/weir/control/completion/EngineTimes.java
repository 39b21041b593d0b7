package dev.weir.control.completion;

/**
 * What an engine's time for an answer went into, one after the other, as the engine says it.
 *
 * @param queueNanos until it began with the prompt
 * @param prefillNanos until the first token
 * @param decodeNanos until the last
 */
public record EngineTimes(long queueNanos, long prefillNanos, long decodeNanos) {
    public EngineTimes {
        if (queueNanos < 0 || prefillNanos < 0 || decodeNanos < 0) {
            throw new IllegalArgumentException(
                    "times are not negative: " + queueNanos + ", " + prefillNanos + ", " + decodeNanos);
        }
    }
}
