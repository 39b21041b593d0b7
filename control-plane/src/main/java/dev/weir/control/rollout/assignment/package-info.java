/**
 * Who gets which version: a position between 0 and 1 for each unit, by a hash that is written down in golden vectors and never changes under
 * its number. In a canary the unit is a conversation, so that no chat changes its model half-way and no user is the canary of
 * every rollout; in an experiment it is a user, who is then analysed as one.
 */
@NamedInterface("assignment")
@NullMarked
package dev.weir.control.rollout.assignment;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
