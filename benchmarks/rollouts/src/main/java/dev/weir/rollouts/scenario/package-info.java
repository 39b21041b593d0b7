/** The scenarios: what is played, how often, and what it has to come to. */
@NullMarked
package dev.weir.rollouts.scenario;

import org.jspecify.annotations.NullMarked;
