package dev.weir.engine.sampling.constraint.regex;

import dev.weir.engine.sampling.constraint.ConstraintException;
import dev.weir.engine.sampling.constraint.ConstraintLimits;
import dev.weir.engine.sampling.constraint.grammar.CodePoints;
import java.util.ArrayList;
import java.util.List;

/** Reads a regular expression. Used once, by one thread. */
public final class RegexParser {

    /** The largest bound of a repetition. */
    private static final int REPEAT_MAX = 100_000;

    private static final String QUANTIFIERS = "*+?{";

    private final ConstraintLimits limits;
    private final RegexText text;
    private final CharacterClasses classes;
    private int depth;

    private RegexParser(String pattern, ConstraintLimits limits) {
        this.limits = limits;
        text = new RegexText(pattern);
        classes = new CharacterClasses(text);
    }

    /**
     * Parses a pattern.
     *
     * @throws ConstraintException naming the place and what is wrong there, or not supported
     */
    public static Regex parse(String pattern, ConstraintLimits limits) {
        limits.checkSource("the regular expression", pattern);
        RegexParser parser = new RegexParser(pattern, limits);
        Regex regex = parser.choice();
        if (!parser.text.atEnd()) {
            throw parser.text.refuse("there is a ) without its (");
        }
        return regex;
    }

    private Regex choice() {
        limits.checkNesting("the regular expression", ++depth);
        List<Regex> alternatives = new ArrayList<>();
        do {
            alternatives.add(sequence());
        } while (text.skip('|'));
        depth--;
        return alternatives.size() == 1 ? alternatives.getFirst() : new Regex.Choice(alternatives);
    }

    private Regex sequence() {
        List<Regex> parts = new ArrayList<>();
        while (!text.atEnd() && text.peek() != '|' && text.peek() != ')') {
            parts.add(quantified(atom()));
        }
        return parts.size() == 1 ? parts.getFirst() : new Regex.Sequence(parts);
    }

    private Regex atom() {
        int c = text.next();
        return switch (c) {
            case '(' -> group();
            case '[' -> new Regex.One(classes.bracketed());
            case '.' -> new Regex.One(CharacterClasses.NO_LINE_END);
            case '^' -> new Regex.Start();
            case '$' -> new Regex.End();
            case '\\' -> new Regex.One(classes.escaped());
            case '*', '+', '?' -> throw text.refuse("there is nothing that " + Character.toString(c) + " could repeat");
            default -> new Regex.One(CodePoints.of(c));
        };
    }

    private Regex group() {
        if (text.skip('?')) {
            switch (text.atEnd() ? ')' : text.next()) {
                case ':' -> {}
                case 'P' -> {
                    if (!text.skip('<')) {
                        throw text.refuse("back references are not supported");
                    }
                    groupName();
                }
                case '<' -> {
                    if (text.skip('=') || text.skip('!')) {
                        throw text.refuse("look-behind is not supported");
                    }
                    groupName();
                }
                case '=', '!' -> throw text.refuse("look-ahead is not supported");
                case '>' -> throw text.refuse("atomic groups are not supported");
                default -> throw text.refuse("flags in groups are not supported");
            }
        }
        Regex inside = choice();
        if (!text.skip(')')) {
            throw text.refuse("a ( is not closed");
        }
        return inside;
    }

    private void groupName() {
        int letters = 0;
        while (!text.atEnd() && (Character.isLetterOrDigit(text.peek()) || text.peek() == '_')) {
            text.next();
            letters++;
        }
        if (letters == 0 || !text.skip('>')) {
            throw text.refuse("the group's name is not closed by >");
        }
    }

    private Regex quantified(Regex atom) {
        if (text.atEnd() || QUANTIFIERS.indexOf(text.peek()) < 0 || (text.peek() == '{' && !text.bracesCount())) {
            return atom;
        }
        if (atom instanceof Regex.Start || atom instanceof Regex.End) {
            throw text.refuse("an anchor cannot be repeated");
        }
        Regex result = switch (text.next()) {
            case '*' -> new Regex.Repeat(atom, 0, Integer.MAX_VALUE);
            case '+' -> new Regex.Repeat(atom, 1, Integer.MAX_VALUE);
            case '?' -> new Regex.Repeat(atom, 0, 1);
            default -> counted(atom);
        };
        if (text.skip('+')) {
            throw text.refuse("possessive repetition is not supported");
        }
        text.skip('?'); // a lazy repetition describes the same texts
        if (!text.atEnd() && (QUANTIFIERS.indexOf(text.peek()) >= 0 && (text.peek() != '{' || text.bracesCount()))) {
            throw text.refuse("a repetition cannot be repeated: put it into a group");
        }
        return result;
    }

    private Regex counted(Regex atom) {
        int min = text.number(REPEAT_MAX);
        int max = min;
        if (text.skip(',')) {
            max = text.peek() == '}' ? Integer.MAX_VALUE : text.number(REPEAT_MAX);
        }
        text.skip('}');
        if (max < min) {
            throw text.refuse("the repetition {" + min + "," + max + "} is out of order");
        }
        return new Regex.Repeat(atom, min, max);
    }
}
