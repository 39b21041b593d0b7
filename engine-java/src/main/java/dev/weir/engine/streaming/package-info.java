/**
 * Station 11: tokens on their way from the engine thread to whoever asked for them. {@link dev.weir.engine.streaming.TokenStream} is the
 * only thing the two share: bounded, with back-pressure in one direction and cancellation in the other.
 */
@NullMarked
package dev.weir.engine.streaming;

import org.jspecify.annotations.NullMarked;
