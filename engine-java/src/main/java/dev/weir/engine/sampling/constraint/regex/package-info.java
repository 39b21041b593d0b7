/**
 * Regular expressions as people write them for JSON Schema ({@code pattern}) and for guided output: the part of ECMA-262 and RE2 that describes
 * regular languages. What does not (back references, look-around, word boundaries) is refused by name. Nothing here is executed: an
 * expression becomes states, one for each of its characters, so no pattern takes exponential time or space.
 */
@NullMarked
package dev.weir.engine.sampling.constraint.regex;

import org.jspecify.annotations.NullMarked;
