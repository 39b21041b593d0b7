/**
 * Microbenchmarks of what the engine does in Java on every step. From the repository's root, with JDK 25:
 *
 * <pre>
 * mvn -pl benchmarks/jmh -am -DskipTests -Pjmh package -Djmh.benchmarks=PlanStep
 * </pre>
 *
 * <p>This builds and then runs them in forks of their own with JMH's gc profiler: the score is microseconds, {@code gc.alloc.rate.norm} bytes
 * allocated per step. On a machine that does other things, believe the fastest fork; nothing in the build is gated on these figures.
 */
@NullMarked
package dev.weir.benchmarks;

import org.jspecify.annotations.NullMarked;
