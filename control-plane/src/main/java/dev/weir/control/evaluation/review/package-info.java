/**
 * People's eyes on what models answer: a weekly sample, graded blind, and what follows from it.
 *
 * <h2>The sample</h2>
 *
 * {@link dev.weir.control.evaluation.review.ReviewSampler} gives every live answer a random rank and keeps those of the lowest ranks, half of them
 * whatever they say and half the sooner the less sure the judge was. Ranks are drawn from the call's name alone, so replicas need not agree
 * on anything but a table.
 *
 * <h2>Grades</h2>
 *
 * {@link dev.weir.control.evaluation.review.ReviewDesk} shows an answer without its model, its arm or what the judge thought of it, and takes an
 * {@link dev.weir.control.evaluation.review.Opinion}; some answers need two people's. A correction is proposed for the golden set's next
 * version, for which somebody else has to stand up.
 *
 * <h2>What it tells</h2>
 *
 * {@link dev.weir.control.evaluation.review.ReviewReport}: how often models are right, how far people agree with each other, and how far the
 * judge agrees with people. {@link dev.weir.control.evaluation.review.BadAnswers} keeps the worst answers of a rollout for whoever asks what was wrong.
 */
@NamedInterface("review")
@NullMarked
package dev.weir.control.evaluation.review;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
