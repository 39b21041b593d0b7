/**
 * Station 10: text to token ids and back, one token at a time without ever splitting a character.
 */
@NullMarked
package dev.weir.engine.tokenization;

import org.jspecify.annotations.NullMarked;
