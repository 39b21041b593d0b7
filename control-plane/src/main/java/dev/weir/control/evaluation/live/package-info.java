/**
 * Judging live answers, a sample of them, within a budget of its own.
 *
 * <p>{@link dev.weir.control.evaluation.live.LiveAnswers} hears answers as they pass and hands the sampled ones on, or drops them; nobody who
 * asks a model waits for any of it. {@link dev.weir.control.evaluation.live.OnlineJudge} asks the judge and tells every
 * {@link dev.weir.control.evaluation.QualityListener} what came of it.
 */
@NamedInterface("live")
@NullMarked
package dev.weir.control.evaluation.live;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
