/**
 * A model directory as Hugging Face lays it out, read once and never trusted: {@link dev.weir.engine.model.ModelDirectory} opens it and
 * hands out values.
 *
 * <h2>What is read</h2>
 *
 * {@link dev.weir.engine.model.ModelConfig} (the transformer's shape), {@link dev.weir.engine.model.WeightsIndex} (where each tensor lies;
 * the bytes themselves are mapped by native code), {@link dev.weir.engine.model.GenerationDefaults} and
 * {@link dev.weir.engine.model.ChatTemplate}.
 *
 * <h2>What is refused</h2>
 *
 * A file that is missing, lies about sizes, or asks for something that the kernels do not compute ends in
 * {@link dev.weir.engine.model.ModelFormatException}: one line that names the file, the thing and the remedy. Nothing is guessed, for a
 * model that loads and answers slightly wrong is worse than one that does not load.
 */
@NullMarked
package dev.weir.engine.model;

import org.jspecify.annotations.NullMarked;
