package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Token.Kind;
import java.util.List;

/** A cursor over tokens, with what both parsers need. */
final class TokenStream {

    private final List<Token> tokens;
    private int index;
    private int nesting;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(index);
    }

    Token following() {
        return tokens.get(Math.min(index + 1, tokens.size() - 1));
    }

    int line() {
        return current().line();
    }

    int index() {
        return index;
    }

    /** Whether a name stands among the tokens read since {@code begin}. */
    boolean nameStandsSince(int begin, String name) {
        return tokens.subList(begin, index).stream().anyMatch(token -> token.is(Kind.NAME, name));
    }

    Token next() {
        Token token = current();
        if (token.kind() != Kind.END) {
            index++;
        }
        return token;
    }

    boolean at(Kind kind) {
        return current().kind() == kind;
    }

    boolean atOperator(String operator) {
        return current().is(Kind.OPERATOR, operator);
    }

    boolean atName(String name) {
        return current().is(Kind.NAME, name);
    }

    boolean skipOperator(String operator) {
        boolean found = atOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipName(String name) {
        boolean found = atName(name);
        if (found) {
            next();
        }
        return found;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    Token expect(Kind kind, String expected) {
        if (!at(kind)) {
            throw unexpected(expected);
        }
        return next();
    }

    TemplateException unexpected(String expected) {
        return TemplateException.at(
                line(), "expected " + expected + ", found " + current().shown());
    }

    /** To be paired with {@link #leave}: recursion of the parsers is bounded here. */
    void enter() {
        if (++nesting > TemplateLimits.NESTING_MAX) {
            throw TemplateException.at(line(), "nested deeper than " + TemplateLimits.NESTING_MAX + " levels");
        }
    }

    void leave() {
        nesting--;
    }
}
