/**
 * Trains the sentence encoder that the control plane's cache and classification stand on.
 * {@link dev.weir.models.encoder.Paraphrases} draws questions that mean the same and questions that nearly do;
 * {@link dev.weir.models.encoder.EncoderTraining} moves the first together and the others apart. Encoding itself is the control plane's own
 * code, so that training and use cannot differ.
 */
@NullMarked
package dev.weir.models.encoder;

import org.jspecify.annotations.NullMarked;
