/**
 * A model as the judge of another's answers, and how far it may be believed.
 *
 * <h2>Asking</h2>
 *
 * Everything that comes from outside stands between delimiters that nobody could have known, and is called data; only the field that the schema
 * asks for counts as the verdict, and evidence and reasoning come before it. What is no verdict is unscored, never wrong. The judge's
 * version is its model and everything that it is told: scores of different versions are never compared. {@link dev.weir.control.evaluation.judge.PairJudge}
 * asks which of two answers is better, from both sides.
 *
 * <h2>Believing</h2>
 *
 * {@link dev.weir.control.evaluation.judge.Agreement} with people's labels says whether it may judge at all;
 * {@link dev.weir.control.evaluation.judge.CanaryWatch} asks it cases with known labels in between;
 * {@link dev.weir.control.evaluation.judge.CorrectedAccuracy} says how often a model is right, by many of its verdicts that a few of people's put right.
 */
@NamedInterface("judge")
@NullMarked
package dev.weir.control.evaluation.judge;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
