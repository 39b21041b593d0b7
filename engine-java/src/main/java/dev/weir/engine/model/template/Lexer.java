package dev.weir.engine.model.template;

import dev.weir.engine.model.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a source into tokens and settles all white space, as Jinja does with {@code trim_blocks} and {@code lstrip_blocks}: a block or
 * comment takes the spaces before it on its line and one line break after it; {@code -} takes all white space on its side, {@code +}
 * none. Output tags take nothing unless told by {@code -}.
 */
final class Lexer {

    private static final Pattern RAW_BEGIN = Pattern.compile("\\{%([-+]?)\\s*raw\\s*(-?)%\\}");
    private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");
    private static final Pattern SPACES = Pattern.compile("[\\s\\u0085\\p{Z}]+");
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{M}\\p{N}_]*");
    private static final Pattern FLOAT = Pattern.compile(
            "(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\\da-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
    private static final Pattern OPERATOR = Pattern.compile("\\*\\*|//|==|!=|>=|<=|[-+*/%~\\[\\](){}><=.:|,;]");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    private int linePosition;
    /** Whether what was consumed last ended a line, so that what comes next may be a line's indentation. */
    private boolean atLineStart = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String source) {
        if (source.length() > TemplateLimits.SOURCE_CHARS_MAX) {
            throw TemplateException.of("the template has more than " + TemplateLimits.SOURCE_CHARS_MAX + " characters");
        }
        String text = source.replace("\r\n", "\n").replace('\r', '\n');
        return new Lexer(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).tokens();
    }

    private List<Token> tokens() {
        while (position < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(position));
                position = source.length();
                break;
            }
            char kind = source.charAt(tag + 1);
            char sign = signAt(tag + 2);
            data(trimmed(source.substring(position, tag), sign, kind != '{'));
            position = tag;
            Matcher raw = RAW_BEGIN.matcher(source).region(tag, source.length());
            if (kind == '%' && raw.lookingAt()) {
                raw(raw);
            } else {
                position = tag + 2 + (sign == 0 ? 0 : 1);
                switch (kind) {
                    case '#' -> comment(tag);
                    case '%' -> tag(Kind.BLOCK_BEGIN, Kind.BLOCK_END, "%}", tag);
                    default -> tag(Kind.OUTPUT_BEGIN, Kind.OUTPUT_END, "}}", tag);
                }
            }
        }
        add(Kind.END, "", source.length());
        return tokens;
    }

    private int nextTag() {
        for (int at = source.indexOf('{', position); at >= 0; at = source.indexOf('{', at + 1)) {
            if (at + 1 < source.length() && "{%#".indexOf(source.charAt(at + 1)) >= 0) {
                return at;
            }
        }
        return -1;
    }

    private char signAt(int index) {
        char c = index < source.length() ? source.charAt(index) : 0;
        return c == '-' || c == '+' ? c : 0;
    }

    private String trimmed(String text, char sign, boolean takesIndentation) {
        if (sign == '-') {
            return PythonText.rstrip(text);
        }
        if (sign == '+' || !takesIndentation) {
            return text;
        }
        int indentation = text.lastIndexOf('\n') + 1;
        boolean blank =
                text.codePoints().skip(text.codePointCount(0, indentation)).allMatch(PythonText::isSpace);
        return blank && (indentation > 0 || atLineStart) ? text.substring(0, indentation) : text;
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Kind.DATA, text, position);
        }
    }

    private void comment(int begin) {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw TemplateException.at(lineAt(begin), "the comment is never closed");
        }
        char sign = end > position ? signAt(end - 1) : 0;
        position = end + 2;
        closeTag(sign, true);
    }

    private void raw(Matcher begin) {
        Matcher end = RAW_END.matcher(source);
        if (!end.find(begin.end())) {
            throw TemplateException.at(lineAt(begin.start()), "the raw block is never closed");
        }
        position = begin.end();
        atLineStart = false;
        if (!begin.group(2).isEmpty()) {
            skipSpaces();
        }
        int from = Math.min(position, end.start());
        String sign = end.group(1);
        data(trimmed(source.substring(from, end.start()), sign.isEmpty() ? 0 : sign.charAt(0), true));
        position = end.end();
        closeTag(end.group(2).isEmpty() ? 0 : end.group(2).charAt(0), true);
    }

    private void closeTag(char sign, boolean takesLineBreak) {
        int from = position;
        if (sign == '-') {
            skipSpaces();
        } else if (takesLineBreak && sign != '+' && position < source.length() && source.charAt(position) == '\n') {
            position++;
        }
        atLineStart = position > from && source.charAt(position - 1) == '\n';
    }

    private boolean skipSpaces() {
        Matcher spaces = SPACES.matcher(source).region(position, source.length());
        boolean found = spaces.lookingAt();
        if (found) {
            position = spaces.end();
        }
        return found;
    }

    private void tag(Kind beginKind, Kind endKind, String end, int begin) {
        add(beginKind, "", begin);
        Deque<Character> brackets = new ArrayDeque<>();
        while (position < source.length()) {
            if (brackets.isEmpty() && closes(endKind, end)) {
                return;
            }
            if (!skipSpaces()) {
                token(brackets);
            }
        }
        throw TemplateException.at(lineAt(begin), "the tag is never closed");
    }

    private boolean closes(Kind endKind, String end) {
        char sign = signAt(position);
        boolean signed = sign != 0 && source.startsWith(end, position + 1);
        if ((endKind == Kind.OUTPUT_END && sign == '+') || (!signed && !source.startsWith(end, position))) {
            return false;
        }
        add(endKind, "", position);
        position += end.length() + (signed ? 1 : 0);
        closeTag(signed ? sign : 0, endKind == Kind.BLOCK_END);
        return true;
    }

    private void token(Deque<Character> brackets) {
        char c = source.charAt(position);
        if (c == '\'' || c == '"') {
            string(c);
        } else if (!matched(FLOAT, Kind.FLOAT)
                && !matched(NAME, Kind.NAME)
                && !matched(INTEGER, Kind.INTEGER)
                && !matched(OPERATOR, Kind.OPERATOR)) {
            throw TemplateException.at(lineAt(position), "unexpected character '" + c + "'");
        }
        switch (c) {
            case '(' -> brackets.push(')');
            case '[' -> brackets.push(']');
            case '{' -> brackets.push('}');
            case ')', ']', '}' -> {
                if (brackets.isEmpty() || brackets.pop() != c) {
                    throw TemplateException.at(lineAt(position - 1), "unexpected '" + c + "'");
                }
            }
            default -> {}
        }
    }

    private boolean matched(Pattern pattern, Kind kind) {
        Matcher matcher =
                pattern.matcher(source).region(position, source.length()).useTransparentBounds(true);
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group(), position);
        position = matcher.end();
        return true;
    }

    private void string(char quote) {
        int begin = position;
        StringBuilder text = new StringBuilder();
        int at = begin + 1;
        while (at < source.length() && source.charAt(at) != quote) {
            if (source.charAt(at) == '\\' && at + 1 < source.length()) {
                at = escape(at + 1, text);
            } else {
                text.append(source.charAt(at++));
            }
        }
        if (at >= source.length()) {
            throw TemplateException.at(lineAt(begin), "the string is never closed");
        }
        add(Kind.STRING, text.toString(), begin);
        position = at + 1;
    }

    /** Python's escapes; an unknown one stays as it is written. */
    private int escape(int at, StringBuilder text) {
        char c = source.charAt(at);
        switch (c) {
            case 'n' -> text.append('\n');
            case 't' -> text.append('\t');
            case 'r' -> text.append('\r');
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'a' -> text.append('\u0007');
            case 'v' -> text.append('\u000b');
            case '\\', '\'', '"' -> text.append(c);
            case '\n' -> {} // a continued line
            case 'x' -> {
                return codePoint(at + 1, 2, 16, text);
            }
            case 'u' -> {
                return codePoint(at + 1, 4, 16, text);
            }
            case 'U' -> {
                return codePoint(at + 1, 8, 16, text);
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                int digits = 1;
                while (digits < 3
                        && at + digits < source.length()
                        && "01234567".indexOf(source.charAt(at + digits)) >= 0) {
                    digits++;
                }
                return codePoint(at, digits, 8, text);
            }
            default -> text.append('\\').append(c);
        }
        return at + 1;
    }

    private int codePoint(int from, int digits, int radix, StringBuilder text) {
        try {
            text.appendCodePoint(Integer.parseInt(source, from, from + digits, radix));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw TemplateException.at(lineAt(from), "the string holds an incomplete character escape");
        }
        return from + digits;
    }

    private void add(Kind kind, String text, int at) {
        tokens.add(new Token(kind, text, lineAt(at)));
    }

    /** Asked for in ascending order but for errors, so the breaks are counted once. */
    private int lineAt(int at) {
        if (at < linePosition) {
            return line;
        }
        for (; linePosition < at; linePosition++) {
            if (source.charAt(linePosition) == '\n') {
                line++;
            }
        }
        return line;
    }
}
