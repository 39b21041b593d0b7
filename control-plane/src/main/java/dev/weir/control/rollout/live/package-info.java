/**
 * Rollouts of live traffic.
 *
 * <h2>Every replica</h2>
 *
 * {@link dev.weir.control.rollout.live.ArmWeights} mirrors what each alias means, a few times a second, so that a weight that was flipped is
 * seen by everybody within that time. {@link dev.weir.control.rollout.live.LiveCounts} counts what becomes of answers, by arm, and leaves it in
 * the database once or twice in a tick. {@link dev.weir.control.rollout.live.VersionProbes} asks versions whether they answer.
 *
 * <h2>One replica</h2>
 *
 * {@link dev.weir.control.rollout.live.RolloutLoop} takes in what was counted, tells the reducer that time passes, and obeys commands. Which
 * replica that is matters to nobody: another takes the place within seconds, replays the events and goes on.
 *
 * <h2>People</h2>
 *
 * {@link dev.weir.control.rollout.live.RolloutDesk} takes plans and commands on any replica, writes them into the audit log and waits for the
 * leader's answer.
 */
@NamedInterface("live")
@NullMarked
package dev.weir.control.rollout.live;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
