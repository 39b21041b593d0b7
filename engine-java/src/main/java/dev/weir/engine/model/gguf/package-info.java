/**
 * A GGUF file, read once and never trusted: one file (or several numbered ones) that holds what a Hugging Face directory keeps apart.
 *
 * <h2>What is read</h2>
 *
 * {@link dev.weir.engine.model.gguf.GgufFile} takes the header apart: {@link dev.weir.engine.model.gguf.GgufMetadata} by key, and each
 * tensor's place, checked against the file. {@link dev.weir.engine.model.gguf.GgufModel} says the same things as Hugging Face would: a
 * {@code config.json} with the source's field names, and tensors by the source's names, so that everything behind it knows one kind of
 * model only. The weights stay where they are; native code maps them.
 *
 * <h2>What a converter changed</h2>
 *
 * Shapes are reversed, experts are stacked, Gemma's norms hold {@code 1 + w}, and the rows of Llama's queries and keys are reordered for
 * another way of rotating. Stacks are taken apart here, for an expert's bytes lie together; of the others each tensor says what was done
 * to it ({@link dev.weir.engine.model.TensorInfo.Storage}), and native code undoes it without a copy.
 */
@NullMarked
package dev.weir.engine.model.gguf;

import org.jspecify.annotations.NullMarked;
