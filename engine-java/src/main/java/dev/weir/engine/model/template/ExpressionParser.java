package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Expression.BinaryOperator;
import dev.weir.engine.model.template.Expression.CallArguments;
import dev.weir.engine.model.template.Expression.Comparison;
import dev.weir.engine.model.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Expressions by recursive descent: one method per level of precedence, loosest first. */
final class ExpressionParser {

    private static final Map<String, Value> CONSTANTS = Map.of(
            "true", Value.Bool.TRUE,
            "True", Value.Bool.TRUE,
            "false", Value.Bool.FALSE,
            "False", Value.Bool.FALSE,
            "none", Value.None.NONE,
            "None", Value.None.NONE);
    private static final Map<String, BinaryOperator> SUMS =
            Map.of("+", BinaryOperator.ADD, "-", BinaryOperator.SUBTRACT);
    private static final Map<String, BinaryOperator> PRODUCTS = Map.of(
            "*", BinaryOperator.MULTIPLY,
            "/", BinaryOperator.DIVIDE,
            "//", BinaryOperator.FLOOR_DIVIDE,
            "%", BinaryOperator.MODULO);
    private static final Map<String, BinaryOperator> POWERS = Map.of("**", BinaryOperator.POWER);
    private static final Map<String, Comparison> COMPARISONS = Map.of(
            "==", Comparison.EQUAL,
            "!=", Comparison.NOT_EQUAL,
            "<", Comparison.LESS,
            "<=", Comparison.LESS_OR_EQUAL,
            ">", Comparison.GREATER,
            ">=", Comparison.GREATER_OR_EQUAL);
    /** Names that go on with the expression after a test, and so are not the test's argument. */
    private static final Set<String> AFTER_TEST = Set.of("else", "or", "and", "is", "if", "in", "not");

    private final TokenStream tokens;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** An expression, or several with commas between them, which make a tuple. */
    Expression tuple() {
        return tuple(true);
    }

    private Expression tuple(boolean conditionals) {
        Expression first = conditionals ? expression() : or();
        if (!tokens.atOperator(",")) {
            return first;
        }
        List<Expression> elements = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",") && !atTupleEnd()) {
            elements.add(conditionals ? expression() : or());
        }
        return new Expression.ListOf(elements, true);
    }

    private boolean atTupleEnd() {
        return tokens.at(Kind.OUTPUT_END)
                || tokens.at(Kind.BLOCK_END)
                || tokens.atOperator(")")
                || tokens.atOperator("]")
                || tokens.atOperator("=");
    }

    /** What a loop walks over: its {@code if} belongs to the loop. */
    Expression iterable() {
        return tuple(false);
    }

    Expression expression() {
        tokens.enter();
        Expression result = or();
        int links = 0;
        while (tokens.skipName("if")) {
            requireChain(++links);
            Expression condition = or();
            Expression otherwise = tokens.skipName("else") ? expression() : null;
            result = new Expression.Conditional(condition, result, otherwise);
        }
        tokens.leave();
        return result;
    }

    private Expression or() {
        Expression left = and();
        for (int links = 1; tokens.skipName("or"); links++) {
            requireChain(links);
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        for (int links = 1; tokens.skipName("and"); links++) {
            requireChain(links);
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        if (!tokens.skipName("not")) {
            return compared();
        }
        tokens.enter();
        Expression operand = not();
        tokens.leave();
        return new Expression.Not(operand);
    }

    private Expression compared() {
        Expression first = sum();
        List<Expression.Link> links = new ArrayList<>();
        for (Comparison comparison = comparison(); comparison != null; comparison = comparison()) {
            links.add(new Expression.Link(comparison, sum()));
        }
        return links.isEmpty() ? first : new Expression.Compared(first, List.copyOf(links));
    }

    private @Nullable Comparison comparison() {
        Comparison symbol =
                tokens.at(Kind.OPERATOR) ? COMPARISONS.get(tokens.current().text()) : null;
        if (symbol != null) {
            tokens.next();
            return symbol;
        }
        if (tokens.skipName("in")) {
            return Comparison.IN;
        }
        if (tokens.atName("not") && tokens.following().is(Kind.NAME, "in")) {
            tokens.next();
            tokens.next();
            return Comparison.NOT_IN;
        }
        return null;
    }

    private Expression sum() {
        return binary(SUMS, this::joined);
    }

    private Expression joined() {
        Expression first = product();
        if (!tokens.atOperator("~")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new Expression.Joined(parts);
    }

    private Expression product() {
        return binary(PRODUCTS, () -> binary(POWERS, () -> unary(true)));
    }

    private Expression binary(Map<String, BinaryOperator> operators, Supplier<Expression> operand) {
        Expression left = operand.get();
        for (int links = 1; tokens.at(Kind.OPERATOR); links++) {
            BinaryOperator operator = operators.get(tokens.current().text());
            if (operator == null) {
                break;
            }
            requireChain(links);
            tokens.next();
            left = new Expression.Binary(operator, left, operand.get());
        }
        return left;
    }

    private Expression unary(boolean withFilters) {
        tokens.enter();
        Expression operand;
        if (tokens.skipOperator("-")) {
            operand = new Expression.Negate(unary(false));
        } else if (tokens.skipOperator("+")) {
            operand = unary(false);
        } else {
            operand = primary();
        }
        operand = postfix(operand);
        operand = withFilters ? filtersAndTests(operand) : operand;
        tokens.leave();
        return operand;
    }

    private Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> {
                Value constant = CONSTANTS.get(token.text());
                yield constant != null ? new Expression.Literal(constant) : new Expression.Name(token.text());
            }
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.at(Kind.STRING)) {
                    text.append(tokens.next().text());
                }
                yield new Expression.Literal(new Value.Text(text.toString()));
            }
            case INTEGER -> new Expression.Literal(new Value.Int(integer(token)));
            case FLOAT ->
                new Expression.Literal(
                        new Value.Real(Double.parseDouble(token.text().replace("_", ""))));
            case OPERATOR -> bracketed(token);
            default -> throw notAnExpression(token);
        };
    }

    private Expression bracketed(Token open) {
        return switch (open.text()) {
            case "(" -> {
                Expression inner = tokens.atOperator(")") ? new Expression.ListOf(List.of(), true) : tuple();
                tokens.expectOperator(")");
                yield inner;
            }
            case "[" -> new Expression.ListOf(elements(), false);
            case "{" -> new Expression.DictOf(entries());
            default -> throw notAnExpression(open);
        };
    }

    private List<Expression> elements() {
        List<Expression> elements = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            requireComma(elements.isEmpty());
            if (!tokens.atOperator("]")) {
                elements.add(expression());
            }
        }
        return elements;
    }

    private List<Expression.Entry> entries() {
        List<Expression.Entry> entries = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            requireComma(entries.isEmpty());
            if (!tokens.atOperator("}")) {
                Expression key = expression();
                tokens.expectOperator(":");
                entries.add(new Expression.Entry(key, expression()));
            }
        }
        return entries;
    }

    private void requireComma(boolean first) {
        if (!first) {
            tokens.expectOperator(",");
        }
    }

    private static TemplateException notAnExpression(Token token) {
        return TemplateException.at(token.line(), "expected an expression, found " + token.shown());
    }

    private static long integer(Token token) {
        String digits = token.text().replace("_", "").toLowerCase(Locale.ROOT);
        try {
            return switch (digits.length() > 1 ? digits.charAt(1) : 0) {
                case 'x' -> Long.parseLong(digits, 2, digits.length(), 16);
                case 'o' -> Long.parseLong(digits, 2, digits.length(), 8);
                case 'b' -> Long.parseLong(digits, 2, digits.length(), 2);
                default -> Long.parseLong(digits);
            };
        } catch (NumberFormatException e) {
            throw TemplateException.at(token.line(), "the number " + token.text() + " is out of range");
        }
    }

    private Expression postfix(Expression target) {
        Expression result = target;
        for (int links = 1; ; links++) {
            requireChain(links);
            if (tokens.skipOperator(".")) {
                result = member(result);
            } else if (tokens.skipOperator("[")) {
                result = subscript(result);
            } else if (tokens.atOperator("(")) {
                result = new Expression.Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    private Expression member(Expression target) {
        if (tokens.at(Kind.INTEGER)) {
            return new Expression.Subscript(target, new Expression.Literal(new Value.Int(integer(tokens.next()))));
        }
        return new Expression.Attribute(
                target, tokens.expect(Kind.NAME, "an attribute's name").text());
    }

    private Expression subscript(Expression target) {
        Expression from = tokens.atOperator(":") ? null : tuple();
        if (from != null && !tokens.atOperator(":")) {
            tokens.expectOperator("]");
            return new Expression.Subscript(target, from);
        }
        tokens.expectOperator(":");
        Expression to = tokens.atOperator(":") || tokens.atOperator("]") ? null : expression();
        Expression step = tokens.skipOperator(":") && !tokens.atOperator("]") ? expression() : null;
        tokens.expectOperator("]");
        return new Expression.Slice(target, from, to, step);
    }

    private Expression filtersAndTests(Expression input) {
        Expression result = input;
        for (int links = 1; ; links++) {
            requireChain(links);
            if (tokens.skipOperator("|")) {
                String name = dottedName("a filter's name");
                result = new Expression.Filtered(
                        result, name, tokens.atOperator("(") ? arguments() : CallArguments.NONE);
            } else if (tokens.skipName("is")) {
                result = test(result);
            } else if (tokens.atOperator("(")) {
                result = new Expression.Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    private Expression test(Expression input) {
        boolean negated = tokens.skipName("not");
        String name = dottedName("a test's name");
        CallArguments arguments = CallArguments.NONE;
        if (tokens.atOperator("(")) {
            arguments = arguments();
        } else if (atTestArgument()) {
            tokens.enter();
            Expression argument = postfix(primary());
            tokens.leave();
            arguments = new CallArguments(List.of(argument), List.of(), null, null);
        }
        Expression tested = new Expression.Tested(input, name, arguments);
        return negated ? new Expression.Not(tested) : tested;
    }

    private boolean atTestArgument() {
        return switch (tokens.current().kind()) {
            case NAME -> !AFTER_TEST.contains(tokens.current().text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> tokens.atOperator("[") || tokens.atOperator("{");
            default -> false;
        };
    }

    String dottedName(String expected) {
        StringBuilder name =
                new StringBuilder(tokens.expect(Kind.NAME, expected).text());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expect(Kind.NAME, expected).text());
        }
        return name.toString();
    }

    CallArguments arguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        List<Expression.NamedArgument> named = new ArrayList<>();
        @Nullable Expression spreadPositional = null;
        @Nullable Expression spreadNamed = null;
        for (boolean first = true; !tokens.skipOperator(")"); first = false) {
            requireComma(first);
            if (tokens.skipOperator("*")) {
                spreadPositional = expression();
            } else if (tokens.skipOperator("**")) {
                spreadNamed = expression();
            } else if (tokens.at(Kind.NAME) && tokens.following().is(Kind.OPERATOR, "=")) {
                String name = tokens.next().text();
                tokens.next();
                named.add(new Expression.NamedArgument(name, expression()));
            } else if (!tokens.atOperator(")")) {
                positional.add(expression());
            }
        }
        return new CallArguments(positional, named, spreadPositional, spreadNamed);
    }

    private void requireChain(int links) {
        if (links > TemplateLimits.CHAIN_MAX) {
            throw TemplateException.at(
                    tokens.line(), "more than " + TemplateLimits.CHAIN_MAX + " operators without brackets");
        }
    }
}
