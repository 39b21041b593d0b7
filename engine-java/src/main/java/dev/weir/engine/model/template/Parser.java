package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Statement.FilterCall;
import dev.weir.engine.model.template.Statement.MacroBody;
import dev.weir.engine.model.template.Statement.Parameter;
import dev.weir.engine.model.template.Statement.Target;
import dev.weir.engine.model.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Statements: text, output tags and blocks. */
final class Parser {

    private static final Set<String> OTHER_FILES = Set.of("include", "import", "from", "extends", "block");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int loopDepth;

    private Parser(String source) {
        this.tokens = new TokenStream(Lexer.tokens(source));
        this.expressions = new ExpressionParser(tokens);
    }

    static List<Statement> parse(String source) {
        return new Parser(source).statements(Set.of());
    }

    /** Statements up to a block with one of the names in {@code ends}, which stays unread but for its opening. */
    private List<Statement> statements(Set<String> ends) {
        tokens.enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            int line = tokens.line();
            if (tokens.at(Kind.DATA)) {
                statements.add(new Statement.Data(line, tokens.next().text()));
            } else if (tokens.at(Kind.OUTPUT_BEGIN)) {
                tokens.next();
                statements.add(new Statement.Output(line, expressions.tuple()));
                tokens.expect(Kind.OUTPUT_END, "'}}'");
            } else if (tokens.at(Kind.END)) {
                if (!ends.isEmpty()) {
                    throw tokens.unexpected(
                            "'" + String.join("' or '", ends.stream().sorted().toList()) + "'");
                }
                break;
            } else {
                tokens.expect(Kind.BLOCK_BEGIN, "a block");
                if (tokens.at(Kind.NAME) && ends.contains(tokens.current().text())) {
                    break;
                }
                statements.add(block(line));
            }
        }
        tokens.leave();
        return List.copyOf(statements);
    }

    private Statement block(int line) {
        String name = tokens.expect(Kind.NAME, "a block's name").text();
        return switch (name) {
            case "if" -> conditional(line);
            case "for" -> loop(line);
            case "set" -> assignment(line);
            case "macro" -> macro(line);
            case "call" -> callBlock(line);
            case "filter" -> {
                List<FilterCall> filters = filters(true);
                blockEnd();
                yield new Statement.FilterBlock(line, filters, body("endfilter"));
            }
            case "with" -> with(line);
            case "generation" -> {
                blockEnd();
                yield new Statement.Generation(line, body("endgeneration"));
            }
            case "break", "continue" -> jump(line, name);
            default ->
                throw TemplateException.at(
                        line,
                        OTHER_FILES.contains(name)
                                ? "the block '" + name + "' needs other templates, which a chat template has not"
                                : "unknown block '" + name + "'");
        };
    }

    private void blockEnd() {
        tokens.expect(Kind.BLOCK_END, "'%}'");
    }

    private List<Statement> body(String end) {
        List<Statement> body = statements(Set.of(end));
        tokens.next();
        if (end.equals("endmacro") && tokens.at(Kind.NAME)) {
            tokens.next();
        }
        blockEnd();
        return body;
    }

    private Statement conditional(int line) {
        Expression condition = expressions.tuple();
        blockEnd();
        List<Statement> then = statements(Set.of("elif", "else", "endif"));
        int nextLine = tokens.line();
        String next = tokens.next().text();
        if (next.equals("elif")) {
            tokens.enter();
            Statement otherwise = conditional(nextLine);
            tokens.leave();
            return new Statement.If(line, condition, then, List.of(otherwise));
        }
        blockEnd();
        return new Statement.If(line, condition, then, next.equals("else") ? body("endif") : List.of());
    }

    private Statement loop(int line) {
        Target target = target(false);
        if (!tokens.skipName("in")) {
            throw tokens.unexpected("'in'");
        }
        Expression iterable = expressions.iterable();
        Expression condition = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        blockEnd();
        loopDepth++;
        List<Statement> body = statements(Set.of("else", "endfor"));
        loopDepth--;
        boolean hasElse = tokens.next().text().equals("else");
        blockEnd();
        List<Statement> otherwise = hasElse ? body("endfor") : List.of();
        return new Statement.For(line, target, iterable, condition, body, otherwise, recursive);
    }

    private Statement jump(int line, String name) {
        if (loopDepth == 0) {
            throw TemplateException.at(line, "'" + name + "' outside a loop");
        }
        blockEnd();
        return name.equals("break") ? new Statement.Break(line) : new Statement.Continue(line);
    }

    private Statement assignment(int line) {
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            Expression value = expressions.tuple();
            blockEnd();
            return new Statement.Set(line, target, value);
        }
        List<FilterCall> filters = filters(false);
        blockEnd();
        return new Statement.SetBlock(line, target, filters, body("endset"));
    }

    private Target target(boolean namespaces) {
        List<Target> parts = new ArrayList<>();
        boolean unpacks = false;
        do {
            if (!parts.isEmpty() && !tokens.at(Kind.NAME) && !tokens.atOperator("(")) {
                break; // a trailing comma
            }
            parts.add(singleTarget(namespaces));
            unpacks |= tokens.atOperator(",");
        } while (tokens.skipOperator(","));
        return unpacks ? new Target.Unpacked(parts) : parts.getFirst();
    }

    private Target singleTarget(boolean namespaces) {
        if (tokens.skipOperator("(")) {
            tokens.enter();
            Target inner = target(namespaces);
            tokens.leave();
            tokens.expectOperator(")");
            return inner;
        }
        String name = tokens.expect(Kind.NAME, "a variable's name").text();
        if (namespaces && tokens.skipOperator(".")) {
            return new Target.NamespaceAttribute(
                    name, tokens.expect(Kind.NAME, "an attribute's name").text());
        }
        return new Target.Variable(name);
    }

    private Statement macro(int line) {
        String name = tokens.expect(Kind.NAME, "a macro's name").text();
        List<Parameter> parameters = parameters();
        blockEnd();
        return new Statement.Macro(line, macroBody(name, parameters, "endmacro"));
    }

    private Statement callBlock(int line) {
        List<Parameter> parameters = tokens.atOperator("(") ? parameters() : List.of();
        Expression call = expressions.expression();
        blockEnd();
        return new Statement.CallBlock(line, macroBody("caller", parameters, "endcall"), call);
    }

    /** A body that is run elsewhere, and so cannot leave the loop around it. */
    private MacroBody macroBody(String name, List<Parameter> parameters, String end) {
        int outerLoops = loopDepth;
        loopDepth = 0;
        int begin = tokens.index();
        List<Statement> body = body(end);
        loopDepth = outerLoops;
        return new MacroBody(
                name,
                List.copyOf(parameters),
                body,
                tokens.nameStandsSince(begin, "varargs"),
                tokens.nameStandsSince(begin, "kwargs"));
    }

    private List<Parameter> parameters() {
        tokens.expectOperator("(");
        List<Parameter> parameters = new ArrayList<>();
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            if (!tokens.atOperator(")")) {
                String name = tokens.expect(Kind.NAME, "a parameter's name").text();
                Expression defaultValue = tokens.skipOperator("=") ? expressions.expression() : null;
                parameters.add(new Parameter(name, defaultValue));
            }
        }
        return parameters;
    }

    private List<FilterCall> filters(boolean firstWithoutBar) {
        List<FilterCall> filters = new ArrayList<>();
        while ((firstWithoutBar && filters.isEmpty()) || tokens.skipOperator("|")) {
            String name = expressions.dottedName("a filter's name");
            filters.add(new FilterCall(
                    name, tokens.atOperator("(") ? expressions.arguments() : Expression.CallArguments.NONE));
        }
        return filters;
    }

    private Statement with(int line) {
        List<Statement.Binding> bindings = new ArrayList<>();
        while (!tokens.at(Kind.BLOCK_END)) {
            if (!bindings.isEmpty()) {
                tokens.expectOperator(",");
            }
            Target target = singleTarget(false);
            tokens.expectOperator("=");
            bindings.add(new Statement.Binding(target, expressions.expression()));
        }
        blockEnd();
        return new Statement.With(line, bindings, body("endwith"));
    }
}
