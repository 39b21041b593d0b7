/**
 * Station 7: what runs in the next step. Pure decisions over integers: no thread, no clock, no input or output, so that any history
 * can be replayed from a seed against a {@linkplain dev.weir.engine.scheduling.StepPlan plan} alone.
 *
 * <p>There is no prefill and no decode. A {@link dev.weir.engine.scheduling.Sequence} has tokens that are known (the prompt and what was
 * sampled) and tokens that are computed (their keys and values lie in its blocks); {@link dev.weir.engine.scheduling.Scheduler} hands
 * out steps so that the second number catches up with the first, and whenever it does, one more token is sampled. A preempted sequence
 * is one whose computed tokens went back to 0, though {@linkplain dev.weir.engine.scheduling.OffloadRule perhaps} what it had computed is brought back.
 */
@NullMarked
package dev.weir.engine.scheduling;

import org.jspecify.annotations.NullMarked;
