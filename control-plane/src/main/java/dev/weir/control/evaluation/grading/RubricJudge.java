package dev.weir.control.evaluation.grading;

import dev.weir.control.evaluation.golden.GoldenCase;

/** Says whether an answer meets a criterion in words. */
@FunctionalInterface
public interface RubricJudge {
    /** Where no judge was named. */
    RubricJudge NONE = (_, _, _) -> new Ruling(Grade.Status.UNSCORED, 0, "no judge was named");

    /** A verdict and its reason, or the reason why there is none. */
    record Ruling(Grade.Status status, double score, String reason) {}

    Ruling judge(GoldenCase golden, String answer, String criterion) throws InterruptedException;
}
