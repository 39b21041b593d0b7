/**
 * What an answer is worth by each check of its case: pure functions of the two, but for similarity and rubrics, which ask a model through
 * {@link dev.weir.control.evaluation.grading.Similarity} and {@link dev.weir.control.evaluation.grading.RubricJudge}.
 *
 * <p>What cannot be graded is {@link dev.weir.control.evaluation.grading.Grade.Status#UNSCORED}, which is neither passed nor failed.
 */
@NamedInterface("grading")
@NullMarked
package dev.weir.control.evaluation.grading;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
