/**
 * The demo models' own tokenizer: a byte-level BPE vocabulary learnt from training conversations, written as Hugging Face files.
 *
 * <p>{@link dev.weir.models.tokenizer.BpeTrainer} learns merges; {@link dev.weir.models.tokenizer.TokenizerFiles} writes what an engine
 * reads; {@link dev.weir.models.tokenizer.ChatEncoder} turns conversations into ids through the very library that serves them, so that
 * training and serving cannot disagree.
 */
@NullMarked
package dev.weir.models.tokenizer;

import org.jspecify.annotations.NullMarked;
