package dev.weir.engine.sampling.constraint.grammar;

import java.util.List;

/** Rules that may call one another; the first is where every text begins. */
public record Grammar(List<Rule> rules) {

    /** What a name stands for. */
    public record Rule(String name, Expression body) {}

    public Grammar {
        rules = List.copyOf(rules);
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("a grammar has at least one rule");
        }
    }

    /** A grammar of one rule. */
    public static Grammar of(Expression expression) {
        return new Grammar(List.of(new Rule("root", expression)));
    }
}
