package dev.weir.control.evaluation.desk;

import org.jspecify.annotations.Nullable;

/**
 * A run that somebody wants.
 *
 * @param version of the set: its number, the beginning of its hash, or {@code latest}
 * @param judgeModel for rubrics, and for a verdict on every answer; nobody judges without one
 * @param embeddingModel for similarity
 * @param comparedWith the run beside whose answers the judge is to see this one's
 */
public record RunOrder(
        String setName,
        String version,
        String model,
        int repeatCount,
        int concurrency,
        @Nullable String judgeModel,
        @Nullable String embeddingModel,
        @Nullable String comparedWith) {}
