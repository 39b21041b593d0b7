package dev.weir.engine.sampling.constraint.grammar;

import dev.weir.engine.sampling.constraint.ConstraintException;
import dev.weir.engine.sampling.constraint.ConstraintLimits;
import dev.weir.engine.sampling.constraint.grammar.CodePoints.Range;
import dev.weir.engine.sampling.constraint.grammar.Expression.Characters;
import dev.weir.engine.sampling.constraint.grammar.Expression.Repeat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a grammar in GBNF, the notation of llama.cpp: rules {@code name ::= alternatives}, of which {@code root} is the first; literals, character
 * classes, {@code .}, groups, {@code * + ? {m,n}}, and comments after {@code #}. A rule ends at the line's end, except within a group and
 * after {@code |} or {@code ::=}. Used once, by one thread.
 */
public final class GbnfParser {

    private static final String ROOT = "root";
    private static final int REPEAT_MAX = 100_000;

    private final ConstraintLimits limits;
    private final GbnfText text;
    private final List<String> names = new ArrayList<>();
    private final Map<String, Integer> indexes = new HashMap<>();
    private final Map<Integer, Expression> bodies = new HashMap<>();
    private int depth;

    private GbnfParser(String source, ConstraintLimits limits) {
        this.limits = limits;
        text = new GbnfText(source);
    }

    /**
     * Parses a grammar.
     *
     * @throws ConstraintException naming the line and what is wrong there
     */
    public static Grammar parse(String source, ConstraintLimits limits) {
        limits.checkSource("the grammar", source);
        return new GbnfParser(source, limits).grammar();
    }

    private Grammar grammar() {
        indexOf(ROOT);
        text.skipSpace(true);
        while (!text.atEnd()) {
            String name = text.name();
            text.skipSpace(false);
            text.expect("::=");
            text.skipSpace(true);
            if (bodies.put(indexOf(name), alternatives(false)) != null) {
                throw text.refuse("the rule \"" + name + "\" is defined twice");
            }
            text.skipSpace(true);
        }
        List<Grammar.Rule> rules = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            Expression body = bodies.get(i);
            if (body == null) {
                throw new ConstraintException(
                        "the grammar is refused: the rule \"" + names.get(i) + "\" is not defined");
            }
            rules.add(new Grammar.Rule(names.get(i), body));
        }
        return new Grammar(rules);
    }

    private int indexOf(String name) {
        Integer known = indexes.putIfAbsent(name, names.size());
        if (known == null) {
            names.add(name);
            return names.size() - 1;
        }
        return known;
    }

    private Expression alternatives(boolean inGroup) {
        limits.checkNesting("the grammar", ++depth);
        List<Expression> all = new ArrayList<>();
        do {
            text.skipSpace(true);
            all.add(sequence(inGroup));
        } while (text.skip('|'));
        depth--;
        return Expression.choice(all);
    }

    private Expression sequence(boolean inGroup) {
        List<Expression> parts = new ArrayList<>();
        while (!text.atEnd() && text.peek() != '|' && text.peek() != ')' && text.peek() != '\n') {
            parts.add(repeated(item()));
            text.skipSpace(inGroup);
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }

    private Expression item() {
        if (text.skip('"')) {
            return literal();
        }
        if (text.skip('[')) {
            return characterClass();
        }
        if (text.skip('.')) {
            return new Characters(CodePoints.ALL);
        }
        if (text.skip('(')) {
            Expression group = alternatives(true);
            text.skipSpace(true);
            text.expect(")");
            return group;
        }
        if (text.peek() == '<' || text.peek() == '!') {
            throw text.refuse("tokens in grammars (<...>) are not supported: write their text");
        }
        return new Expression.Call(indexOf(text.name()));
    }

    private Expression literal() {
        StringBuilder literal = new StringBuilder();
        while (!text.skip('"')) {
            literal.appendCodePoint(text.character("a literal"));
        }
        return Expression.literal(literal.toString());
    }

    private Expression characterClass() {
        boolean negated = text.skip('^');
        List<Range> ranges = new ArrayList<>();
        while (!text.skip(']')) {
            int first = text.character("a character class");
            int last = first;
            if (text.startsWith("-") && !text.startsWith("-]")) {
                text.skip('-');
                last = text.character("a character class");
            }
            if (last < first) {
                throw text.refuse("a range in [...] is out of order");
            }
            ranges.add(new Range(first, last));
        }
        CodePoints set = new CodePoints(ranges);
        return new Characters(negated ? set.not() : set);
    }

    private Expression repeated(Expression item) {
        Expression result = item;
        for (int count = 0; !text.atEnd(); count++) {
            limits.checkNesting("the grammar", depth + count);
            if (text.skip('*')) {
                result = Expression.any(result);
            } else if (text.skip('+')) {
                result = new Repeat(result, 1, Repeat.UNBOUNDED);
            } else if (text.skip('?')) {
                result = Expression.optional(result);
            } else if (text.skip('{')) {
                result = counted(result);
            } else {
                break;
            }
        }
        return result;
    }

    private Expression counted(Expression item) {
        text.skipSpace(false);
        int min = text.number(REPEAT_MAX);
        text.skipSpace(false);
        int max = min;
        if (text.skip(',')) {
            text.skipSpace(false);
            max = text.peek() == '}' ? Repeat.UNBOUNDED : text.number(REPEAT_MAX);
            text.skipSpace(false);
        }
        text.expect("}");
        if (max < min) {
            throw text.refuse("the repetition {" + min + "," + max + "} is out of order");
        }
        return new Repeat(item, min, max);
    }
}
