/**
 * Experiments and bandits: which of several versions do users prefer? Users, not requests, are what is assigned and counted. An
 * {@link dev.weir.control.rollout.experiment.ExperimentPlan} is registered before it begins and judged by rules that daily looks do not
 * bend; a {@link dev.weir.control.rollout.experiment.Bandit} moves traffic instead and proves nothing.
 */
@NamedInterface("experiment")
@NullMarked
package dev.weir.control.rollout.experiment;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
