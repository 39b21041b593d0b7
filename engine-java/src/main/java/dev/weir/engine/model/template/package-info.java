/**
 * Jinja as chat templates use it: the language of Jinja 3 with {@code trim_blocks} and {@code lstrip_blocks} on, loop controls, the
 * {@code generation} block of Transformers, and an immutable sandbox.
 *
 * <p>A source goes through {@link dev.weir.engine.model.template.Lexer} (tags and whitespace control),
 * {@link dev.weir.engine.model.template.Parser} (sealed {@link dev.weir.engine.model.template.Statement}s over sealed
 * {@link dev.weir.engine.model.template.Expression}s) and {@link dev.weir.engine.model.template.Renderer}. What the expressions compute
 * with are {@link dev.weir.engine.model.template.Value}s, which print, compare and fail as Python's do, since templates were written
 * against Python: a prompt that differs by one space from the one trained on is a worse model.
 *
 * <p>A template comes with a model and is run for every request, so it is bounded by
 * {@link dev.weir.engine.model.template.TemplateLimits}: source size, nesting, steps, call depth and output.
 *
 * <p>Left out, and refused by name: inheritance and inclusion (a chat template is one file) and autoescaping (there is no markup; the
 * {@code safe} filter therefore changes nothing).
 */
@NullMarked
package dev.weir.engine.model.template;

import org.jspecify.annotations.NullMarked;
