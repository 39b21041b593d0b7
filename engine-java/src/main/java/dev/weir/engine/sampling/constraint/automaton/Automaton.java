package dev.weir.engine.sampling.constraint.automaton;

import java.util.List;

/**
 * A grammar as states. Every edge lies on a way to an end, no rule begins with itself, and nothing changes any more.
 *
 * @param root the rule with which a text begins and ends
 * @param states by their ids
 * @param chainMax rules that can be opened, at most, without reading a byte
 */
record Automaton(Rule root, List<State> states, int chainMax) {}
