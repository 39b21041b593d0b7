/**
 * What may be written, before anybody asks about tokens: rules over bytes ({@link dev.weir.engine.sampling.constraint.grammar.Grammar},
 * {@link dev.weir.engine.sampling.constraint.grammar.Expression}), the one form that JSON Schemas, regular expressions and GBNF texts become.
 */
@NullMarked
package dev.weir.engine.sampling.constraint.grammar;

import org.jspecify.annotations.NullMarked;
