package dev.weir.control.evaluation.run;

import org.jspecify.annotations.Nullable;

/**
 * What has to be the same for a run to be the same run.
 *
 * @param setName for people; the hash is what counts
 * @param repeatCount how often each case is asked
 * @param judgeVersion of the judge of rubrics, where there is one
 * @param embeddingModel that similarity asks, where there is one
 * @param comparedWith the run whose answers the judge sees beside this one's, where there is one
 * @param inputPrice for a million tokens
 * @param outputPrice for a million tokens
 */
public record RunSettings(
        String id,
        String setName,
        String goldenHash,
        String model,
        int repeatCount,
        @Nullable String judgeVersion,
        @Nullable String embeddingModel,
        @Nullable String comparedWith,
        double inputPrice,
        double outputPrice) {
    public static final int REPEATS_MAX = 100;

    public RunSettings {
        if (repeatCount < 1 || repeatCount > REPEATS_MAX) {
            throw new IllegalArgumentException("each case is asked 1 to " + REPEATS_MAX + " times: " + repeatCount);
        }
        if (model.isBlank()) {
            throw new IllegalArgumentException("a run asks a model: name it");
        }
        if (!(inputPrice >= 0 && outputPrice >= 0)) {
            throw new IllegalArgumentException("prices are not negative: " + inputPrice + ", " + outputPrice);
        }
        if (comparedWith != null && judgeVersion == null) {
            throw new IllegalArgumentException("comparing answers takes a judge: name its model");
        }
    }

    /** Whether results of the other go on where those of this one end. */
    public boolean isContinuedBy(RunSettings other) {
        return new RunSettings(
                        id,
                        setName,
                        other.goldenHash,
                        other.model,
                        other.repeatCount,
                        other.judgeVersion,
                        other.embeddingModel,
                        other.comparedWith,
                        other.inputPrice,
                        other.outputPrice)
                .equals(this);
    }
}
