/**
 * What a text is about, as a vector: texts that mean the same lie close. No station of its own; the cache and the classification stand on
 * it.
 *
 * <p>{@link dev.weir.control.embedding.HashedEncoder} is the encoder that ships: it adds up learnt vectors of the
 * {@link dev.weir.control.embedding.TextFeatures words, pairs of words and parts of words} of a text. It knows no order beyond pairs, which a
 * transformer would, and takes microseconds instead of milliseconds; what matters and it cannot see (numbers, names, negations) is for guards
 * that compare texts by rule. It is computed here in plain Java, so that training and use are the same code and give the same bits.
 *
 * <p>{@link dev.weir.control.embedding.EngineEncoder} asks an engine, which may have any model for it, and takes as long as that takes.
 *
 * <p>{@link dev.weir.control.embedding.EncoderReader} brings in encoders whose libraries are not part of Weir: those in ONNX.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"digest"})
package dev.weir.control.embedding;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
