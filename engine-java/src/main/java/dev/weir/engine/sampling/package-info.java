/**
 * Station 9: from logits to a token, and when to stop. The executors sample where the logits are; here are the rules that hold for all of
 * them ({@link dev.weir.engine.sampling.ReferenceSampler}, to read and to check against) and the part that needs text:
 * {@link dev.weir.engine.sampling.StopStrings}. What an answer may be at all is the business of {@code constraint}.
 */
@NullMarked
package dev.weir.engine.sampling;

import org.jspecify.annotations.NullMarked;
