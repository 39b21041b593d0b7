/**
 * Two results side by side. {@link dev.weir.bench.compare.ResultFile} reads what {@code bench serve --json} wrote,
 * {@link dev.weir.bench.compare.Comparison} refuses pairs that did not do the same work, and {@link dev.weir.bench.compare.Bootstrap} says how
 * far a ratio can be trusted.
 */
@NullMarked
package dev.weir.bench.compare;

import org.jspecify.annotations.NullMarked;
