/**
 * Part of station 9: answers that have a form. A {@link dev.weir.engine.sampling.constraint.ConstraintSource} (a JSON Schema, a regular
 * expression, a grammar, a list of choices) is compiled once, off the engine's thread, by
 * {@link dev.weir.engine.sampling.constraint.ConstraintCompiler}; then each step of each sequence asks for a mask of the tokens that may come
 * next. What is allowed can always be ended, and what is valid is always allowed.
 */
@NullMarked
package dev.weir.engine.sampling.constraint;

import org.jspecify.annotations.NullMarked;
