/**
 * Experiments and bandits with live traffic.
 *
 * <p>A {@link dev.weir.control.rollout.trial.TrialPlan} is registered before it begins. Every replica mirrors those that go on
 * ({@link dev.weir.control.rollout.trial.TrialArms}), so a user has the same arm everywhere; calls carry their arm into the ledger, and
 * feedback and verdicts are kept by call. What the ledger says is all there is to count: {@link dev.weir.control.rollout.trial.TrialLooks},
 * on the replica that leads, sums it by user and asks {@link dev.weir.control.rollout.trial.TrialJudge}, a pure function, what follows.
 *
 * <p>Nothing of this changes what an alias means. A winner is rolled out like any other version.
 */
@NamedInterface("trial")
@NullMarked
package dev.weir.control.rollout.trial;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
