/**
 * The engine by itself, {@code ./weir bench engine}: steps of a model in this process, planned by the engine's own scheduler and computed by its
 * own executor, without HTTP, tokenizer or load.
 *
 * <p>{@link dev.weir.bench.engine.MachinePeaks} measures what the machine can do at most, {@link dev.weir.bench.engine.ModelWork} says what a step
 * must read and compute at least, and {@link dev.weir.bench.engine.StepTimer} takes the time of steps; a {@link dev.weir.bench.engine.Row} puts the
 * three beside each other.
 */
@NullMarked
package dev.weir.bench.engine;

import org.jspecify.annotations.NullMarked;
