package dev.weir.engine.scheduling;

/**
 * How much one step does.
 *
 * @param stepTokensMax tokens of a step over all sequences; long prompts are computed in chunks of what is left of it
 * @param sequencesMax sequences that have begun and not ended; at most {@code stepTokensMax}, so that each can have a token in each step
 */
public record BatchLimits(int stepTokensMax, int sequencesMax) {

    public BatchLimits {
        if (sequencesMax < 1) {
            throw new IllegalArgumentException("sequencesMax must be at least 1: " + sequencesMax);
        }
        if (stepTokensMax < sequencesMax) {
            throw new IllegalArgumentException(
                    "stepTokensMax must be at least sequencesMax, or sequences would starve: " + stepTokensMax + " < "
                            + sequencesMax);
        }
    }
}
