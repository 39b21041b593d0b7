/**
 * The load harness, {@code ./weir bench}: how fast an OpenAI-compatible server answers, whoever made it.
 *
 * <p>A run's way: {@code workload} writes what will be asked, {@code load} decides when and asks, {@code server} speaks HTTP and notes when
 * pieces arrive, {@code measure} makes figures of the notes, {@code report} prints them. This package holds the commands, which are the only
 * place that knows all of them. {@code docs/benchmarking.md} pins the definitions.
 */
@NullMarked
package dev.weir.bench;

import org.jspecify.annotations.NullMarked;
