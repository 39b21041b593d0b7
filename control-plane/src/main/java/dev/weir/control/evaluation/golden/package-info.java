/**
 * Golden sets: cases with what a good answer to them looks like, in versions that never change.
 *
 * <p>A {@link dev.weir.control.evaluation.golden.GoldenCase} is a question with its {@link dev.weir.control.evaluation.golden.Check}s; a
 * {@link dev.weir.control.evaluation.golden.GoldenSet} is a version: its name is the SHA-256 of what it contains, so two results are
 * comparable exactly if they carry the same hash, and a set cannot be changed under a result.
 */
@NamedInterface("golden")
@NullMarked
package dev.weir.control.evaluation.golden;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
