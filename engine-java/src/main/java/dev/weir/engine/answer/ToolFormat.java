package dev.weir.engine.answer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a family of models calls tools in its text. */
public enum ToolFormat {
    /** It does not; all text is content. */
    NONE(List.of()),
    /** {@code <tool_call>{"name": ..., "arguments": {...}}</tool_call>}: Hermes, Qwen 2.5 and 3, Granite 4. */
    HERMES(List.of(Mark.opening("<tool_call>"), Mark.closing("</tool_call>"))),
    /** {@code <tool_call><function=NAME><parameter=KEY>value</parameter></function></tool_call>}: Qwen3-Coder, Qwen 3.5, Nemotron 3. */
    QWEN_XML(
            List.of(Mark.opening("<tool_call>"), Mark.opening(XmlCall.FUNCTION_OPENING), Mark.closing("</tool_call>"))),
    /** {@code {"name": ..., "parameters": {...}}} as the whole answer, or after {@code <|python_tag|>}: Llama 3. */
    LLAMA3(List.of(Mark.opening("<|python_tag|>"), Mark.unmarked("{"), Mark.closing(";"))),
    /** {@code [TOOL_CALLS][{"name": ..., "arguments": {...}}]}, or {@code [TOOL_CALLS]NAME[ARGS]{...}} since 2025: Mistral. */
    MISTRAL(List.of(Mark.opening("[TOOL_CALLS]"))),
    /** {@code <|tool_call|>[{...}]<|/tool_call|>} or {@code functools[{...}]}: Phi 4 mini, Granite 3. */
    PHI(List.of(Mark.opening("<|tool_call|>"), Mark.opening("functools"), Mark.closing("<|/tool_call|>"))),
    /** {@code {"name": ..., "arguments": {...}}}, or a list of these, as the whole answer. */
    JSON(List.of(Mark.unmarked("{"), Mark.unmarked("["), Mark.closing(";")));

    /** Where a mark counts. */
    enum Place {
        /** Anywhere, unless content has a form; it begins calls. */
        OPENING,
        /** Where the answer begins and right after a call. It is a part of the call, and may as well be an answer in JSON. */
        UNMARKED,
        /** Right after a call; it means nothing more. */
        CLOSING
    }

    /** A text with a meaning. */
    record Mark(String text, Place place) {

        static Mark opening(String text) {
            return new Mark(text, Place.OPENING);
        }

        static Mark unmarked(String text) {
            return new Mark(text, Place.UNMARKED);
        }

        static Mark closing(String text) {
            return new Mark(text, Place.CLOSING);
        }
    }

    @SuppressWarnings("ImmutableEnumChecker") // they are lists that List.of made
    private final List<Mark> marks;

    ToolFormat(List<Mark> marks) {
        this.marks = marks;
    }

    List<Mark> marks() {
        return marks;
    }

    /** What stands behind a mark of this format. */
    CallSyntax syntax(Mark mark, AnswerRules rules, AnswerParts parts) {
        JsonCalls json = new JsonCalls(rules, parts, mark.place() == Place.UNMARKED);
        return switch (this) {
            case NONE -> throw new AssertionError("has no marks");
            case LLAMA3, PHI, JSON -> json;
            case HERMES, QWEN_XML -> {
                XmlCall xml = new XmlCall(rules, parts);
                yield mark.text().equals(XmlCall.FUNCTION_OPENING) ? xml.opened() : new EitherSyntax('<', xml, json);
            }
            case MISTRAL -> new MistralCalls(parts, json);
        };
    }

    /** What a chat template tells: the marks that it writes into the conversation. */
    public static ToolFormat of(String template) {
        if (template.contains("[TOOL_CALLS]")) {
            return MISTRAL;
        }
        if (template.contains("<tool_call>")) {
            return template.contains(XmlCall.FUNCTION_OPENING) ? QWEN_XML : HERMES;
        }
        if (template.contains("<|tool_call|>") || template.contains("functools")) {
            return PHI;
        }
        boolean llama = template.contains("<|start_header_id|>") && template.contains("\"parameters\": ");
        return llama || template.contains("<|python_tag|>") ? LLAMA3 : JSON;
    }

    /** How options name it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<ToolFormat> ofWireName(String name) {
        return Arrays.stream(values())
                .filter(format -> format.wireName().equals(name))
                .findFirst();
    }

    /** All names, for refusals. */
    public static String wireNames() {
        return Arrays.stream(values()).map(ToolFormat::wireName).collect(Collectors.joining(", "));
    }
}
