/**
 * Where evaluations are ordered while Weir runs: runs are begun, resumed, ended and compared, and rollouts are cleared to start.
 */
@NamedInterface("desk")
@NullMarked
package dev.weir.control.evaluation.desk;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
