/**
 * From rules to masks.
 *
 * <ol>
 *   <li>{@link dev.weir.engine.sampling.constraint.automaton.AutomatonBuilder} turns each rule into states with edges over bytes and calls of
 *       other rules: linear in the grammar, nondeterministic, nothing expanded.
 *   <li>{@link dev.weir.engine.sampling.constraint.automaton.Configurations} runs all possibilities side by side. A
 *       {@link dev.weir.engine.sampling.constraint.automaton.Configuration} is the set of stacks that the text so far allows, made only when
 *       it is reached, and kept: the deterministic automaton, as far as anybody has walked it.
 *   <li>{@link dev.weir.engine.sampling.constraint.automaton.TokenTrie} holds the vocabulary's bytes, and
 *       {@link dev.weir.engine.sampling.constraint.automaton.TokenMasks} walks both together.
 * </ol>
 *
 * <p>Most tokens are decided by the state on top of a stack alone, whatever lies below: that part of a mask is computed once for each state and
 * shared by all configurations (for rules that call none, even by all grammars of a vocabulary). What remains are tokens that go past the
 * end of the state's rule; they are few, and are followed on the real stack.
 */
@NullMarked
package dev.weir.engine.sampling.constraint.automaton;

import org.jspecify.annotations.NullMarked;
