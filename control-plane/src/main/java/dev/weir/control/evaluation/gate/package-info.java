/**
 * Whether a run is good enough: against floors, and against another run over the same version of a golden set, case by case.
 *
 * <p>{@link dev.weir.control.evaluation.gate.Gate} is a pure function; its report names every reason, and is written as a page for people
 * and as JUnit's XML for build servers.
 */
@NamedInterface("gate")
@NullMarked
package dev.weir.control.evaluation.gate;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
