/**
 * Where it was worse: after a rollback, the same evidence as before it, asked of every slice of the traffic. With hundreds of slices some look bad by
 * chance, so only those are shown of which at most one in twenty is expected to be false.
 */
@NamedInterface("postmortem")
@NullMarked
package dev.weir.control.rollout.postmortem;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
