/**
 * Sentence encoders in ONNX, as sentence-transformers and Hugging Face's tools write them: a directory with the network and its
 * {@code tokenizer.json}. A module of its own, since its libraries are larger than all others of the control plane together: who wants it has
 * {@code ./weir onnx} put it beside the control plane, which finds it as a service.
 *
 * <p>{@link dev.weir.control.onnx.EncoderDirectory} is what a directory says of itself: how many tokens it takes, and how many vectors become one
 * ({@link dev.weir.control.onnx.Pooling}). {@link dev.weir.control.onnx.OnnxEncoder} is such an encoder at work.
 */
@NullMarked
package dev.weir.control.onnx;

import org.jspecify.annotations.NullMarked;
