/**
 * Trains a small Llama from nothing, on the CPU, through DJL's PyTorch engine.
 *
 * <h2>One step</h2>
 * {@link dev.weir.models.training.ChatStream} draws conversations without end and packs those of like length into a
 * {@link dev.weir.models.training.Batch}. {@link dev.weir.models.training.LlamaNetwork} gives the loss and, by PyTorch's automatic
 * differentiation, the gradients; {@link dev.weir.models.training.AdamW} moves the {@link dev.weir.models.training.Weights}.
 *
 * <h2>Who owns what</h2>
 * Weights and moments are plain Java arrays. Each step uploads them into a memory manager of its own and closes it afterwards, so that
 * nothing native outlives a step, gradients never need clearing, and a {@link dev.weir.models.training.Checkpoint} is just those arrays
 * and two counters. The copies cost a few milliseconds of a step that takes about a second.
 *
 * <h2>Reproducible</h2>
 * The same seed and number of workers give the same weights, bit for bit: every random draw comes from the seed and the position in the
 * stream, and the workers' gradients are added in a fixed order.
 */
@NullMarked
package dev.weir.models.training;

import org.jspecify.annotations.NullMarked;
