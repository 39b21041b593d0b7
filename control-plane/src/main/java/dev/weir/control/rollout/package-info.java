/**
 * How an alias comes to mean another version of a model: in stages, watched, and back by itself when the new one is worse.
 *
 * <h2>Deciding</h2>
 *
 * A {@link dev.weir.control.rollout.RolloutPlan} says everything beforehand: stages, holds, least samples, guards and their limits.
 * {@link dev.weir.control.rollout.RolloutReducer} is a pure function of a state and an event; it reads no clock, draws nothing and
 * calls nobody, so any decision can be replayed from the events that led to it. What is to be done comes out as
 * {@link dev.weir.control.rollout.Effect}s, and each {@link dev.weir.control.rollout.Decision} carries the numbers it was made by.
 *
 * <h2>Evidence and effect</h2>
 *
 * A guard trips when harm is both certain ({@code control.statistics}, always valid, one error for the whole rollout) and large enough for somebody
 * to mind ({@link dev.weir.control.rollout.Harm}). One without the other holds the stage. So do missing numbers, and a judge that fails.
 *
 * <h2>Time</h2>
 *
 * A hold is counted in observed time: ticks whose numbers arrived and in which nothing was wrong. A clock that jumps, a controller that was
 * dead for an hour and metrics that are late can therefore promote nothing.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"accounting", "completion", "digest", "evaluation", "identity", "statistics", "storage"})
package dev.weir.control.rollout;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
