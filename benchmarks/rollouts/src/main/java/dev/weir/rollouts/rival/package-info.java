/**
 * Other rules for rolling back, written anew from their public descriptions, to be tried on the same counts. Each sees only errors and
 * cannot change the traffic.
 */
@NullMarked
package dev.weir.rollouts.rival;

import org.jspecify.annotations.NullMarked;
