/**
 * Golden sets and runs in the database. Versions are only ever added; cases that versions share are kept once.
 */
@NamedInterface("archive")
@NullMarked
package dev.weir.control.evaluation.archive;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
