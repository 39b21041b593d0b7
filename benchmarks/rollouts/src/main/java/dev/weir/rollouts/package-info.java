/**
 * {@code ./weir bench rollouts}: thousands of rollouts in virtual time, decided by the control plane's own classes, beside the rules that
 * others use, on the same traffic. Each scenario has a target; one that is missed fails the command.
 */
@NullMarked
package dev.weir.rollouts;

import org.jspecify.annotations.NullMarked;
