package dev.weir.control.evaluation.grading;

import dev.weir.control.evaluation.golden.GoldenCase;

/** Says which of two answers to a case is better. */
@FunctionalInterface
public interface PairwiseJudge {
    Preference compare(GoldenCase golden, String candidate, String baseline) throws InterruptedException;
}
