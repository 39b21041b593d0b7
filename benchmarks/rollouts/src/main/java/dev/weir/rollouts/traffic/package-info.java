/**
 * Traffic that never was: requests, failures and verdicts of two versions, drawn from a seed in virtual time. A
 * {@link dev.weir.rollouts.traffic.Rollout} lets the control plane's own reducer decide on it.
 */
@NullMarked
package dev.weir.rollouts.traffic;

import org.jspecify.annotations.NullMarked;
