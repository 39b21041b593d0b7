/**
 * Models of real shapes with random weights, for measuring speed without a download: {@code ./weir models synth}.
 *
 * <p>A {@link dev.weir.models.synth.SynthShape} lists its {@link dev.weir.models.synth.SynthTensor}s,
 * {@link dev.weir.models.synth.RandomRows} says what stands in each row, and a {@link dev.weir.models.synth.ModelWriter} streams the rows to
 * a Hugging Face directory or a GGUF file, one at a time. A row depends on the seed, the tensor's name and its own number alone, so both formats
 * and all types hold the same model, as far as a type can.
 *
 * <p>{@link dev.weir.models.synth.SynthVocabulary} makes a tokenizer of the shape's size that works: it splits and joins any text, though it never
 * learnt from one.
 */
@NullMarked
package dev.weir.models.synth;

import org.jspecify.annotations.NullMarked;
