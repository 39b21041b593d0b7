package dev.weir.engine.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.answer.Told.Called;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnswerParserTest {

    private static final List<OfferedTool> TOOLS =
            List.of(new OfferedTool("weather", Set.of("city")), new OfferedTool("now", Set.of()));

    private static AnswerRules rules(ToolFormat format) {
        return new AnswerRules(ReasoningFormat.THINK, false, format, TOOLS, AnswerRules.CALLS_MAX, false);
    }

    private static Told told(ToolFormat format, String text) {
        return Told.of(rules(format), List.of(text));
    }

    private static Told calls(String content, Called... calls) {
        return new Told("", content, List.of(calls));
    }

    private static Told content(String content) {
        return calls(content);
    }

    private static final Called OSLO = new Called("weather", "{\"city\": \"Oslo\"}");
    private static final Called NOW = new Called("now", "{}");

    @Test
    void whereContentHasAFormItIsContentOrCalls() {
        AnswerRules rules =
                new AnswerRules(ReasoningFormat.THINK, false, ToolFormat.HERMES, TOOLS, AnswerRules.CALLS_MAX, true);
        String call = "<tool_call>{\"name\": \"weather\", \"arguments\": {}}</tool_call>";
        String document = "{\"note\": \"" + call.replace("\"", "\\\"") + call + "\"}";
        assertThat(Told.of(rules, List.of("<think>Hm</think>", document)).content())
                .isEqualTo(document);
        Told cutOff = Told.of(rules, List.of(call + "\n" + call.substring(0, 20)));
        assertThat(cutOff.content()).isEmpty();
        assertThat(cutOff.calls()).hasSize(1);
    }

    @Test
    void hermesCallsStandBetweenTags() {
        String text = """
                Let me see.
                <tool_call>
                {"name": "weather", "arguments": {"city": "Oslo"}}
                </tool_call>
                <tool_call>
                {"name": "now", "arguments": {}}
                </tool_call>
                """;
        assertThat(told(ToolFormat.HERMES, text)).isEqualTo(calls("Let me see.", OSLO, NOW));
    }

    @Test
    void aMarkIsFoundBehindTheBeginningOfOne() {
        assertThat(told(ToolFormat.HERMES, "<<tool_ <tool_<tool_call>{\"name\": \"now\"}</tool_call>"))
                .isEqualTo(calls("<<tool_ <tool_", NOW));
    }

    @Test
    void argumentsAreToldAsTheModelWroteThem() {
        String arguments = "{ \"a\":[1,{\"b\":\"}</tool_call>\\\"{\"}] ,\n\"c\": -1.5e3}";
        assertThat(told(ToolFormat.HERMES, "<tool_call>{\"name\":\"f\",\"arguments\":" + arguments + "}</tool_call>"))
                .isEqualTo(calls("", new Called("f", arguments)));
    }

    @Test
    void argumentsMayComeBeforeTheName() {
        assertThat(told(
                        ToolFormat.HERMES,
                        "<tool_call>{\"arguments\": {\"city\": \"Oslo\"}, \"name\": \"weather\"}</tool_call>"))
                .isEqualTo(calls("", OSLO));
    }

    @Test
    void argumentsMayBeMissingNullOrAString() {
        assertThat(told(
                        ToolFormat.HERMES,
                        "<tool_call>{\"name\": \"now\"}</tool_call>"
                                + "<tool_call>{\"name\": \"now\", \"arguments\": null}</tool_call>"
                                + "<tool_call>{\"name\": \"weather\", \"arguments\":"
                                + " \"{\\\"city\\\": \\\"\\u004fslo\\\"}\", \"id\": 7, \"x\": [1]}</tool_call>"))
                .isEqualTo(calls("", NOW, NOW, OSLO));
    }

    @Test
    void xmlCallsGetTheirTypesFromTheSchema() {
        String text = """
                <tool_call>
                <function=weather>
                <parameter=city>
                12
                "Oslo" </parameter>
                <parameter=days>
                3
                </parameter>
                <parameter=hourly>
                True
                </parameter>
                <parameter=unit>
                deg C
                </parameter>
                </function>
                </tool_call>""";
        assertThat(told(ToolFormat.QWEN_XML, text))
                .isEqualTo(
                        calls(
                                "",
                                new Called(
                                        "weather",
                                        "{\"city\": \"12\\n\\\"Oslo\\\" \", \"days\": 3, \"hourly\": true, \"unit\": \"deg C\"}")));
    }

    @Test
    void xmlCallsMayForgetTheirOuterTags() {
        assertThat(told(ToolFormat.QWEN_XML, "<function=now>\n</function>\n</tool_call>"))
                .isEqualTo(calls("", NOW));
        assertThat(told(ToolFormat.QWEN_XML, "<tool_call>\n<function=now>\n</tool_call>Bye"))
                .isEqualTo(calls("Bye", NOW));
    }

    @Test
    void llamaCallsAreTheWholeAnswer() {
        assertThat(told(ToolFormat.LLAMA3, "{\"name\": \"weather\", \"parameters\": {\"city\": \"Oslo\"}}"))
                .isEqualTo(calls("", OSLO));
        assertThat(told(
                        ToolFormat.LLAMA3,
                        "<|python_tag|>{\"type\": \"function\", \"name\": \"now\", \"parameters\": {}}; "
                                + "{\"name\": \"weather\", \"parameters\": {\"city\": \"Oslo\"}}"))
                .isEqualTo(calls("", NOW, OSLO));
    }

    @Test
    void mistralCallsComeInBothForms() {
        assertThat(told(
                        ToolFormat.MISTRAL,
                        "Well. [TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}},"
                                + " {\"name\": \"now\", \"arguments\": {}, \"id\": \"abcdefghi\"}]"))
                .isEqualTo(calls("Well.", OSLO, NOW));
        assertThat(told(
                        ToolFormat.MISTRAL,
                        "[TOOL_CALLS]weather[CALL_ID]abcdefghi[ARGS]{\"city\": \"Oslo\"}[TOOL_CALLS]now{}"))
                .isEqualTo(calls("", OSLO, NOW));
    }

    @Test
    void phiCallsComeInBothForms() {
        String list = "[{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}, {\"name\": \"now\"}]";
        assertThat(told(ToolFormat.PHI, "<|tool_call|>" + list + "<|/tool_call|>"))
                .isEqualTo(calls("", OSLO, NOW));
        assertThat(told(ToolFormat.PHI, "functools" + list)).isEqualTo(calls("", OSLO, NOW));
    }

    @Test
    void plainJsonIsACallOnlyOfAToolThatWasOffered() {
        assertThat(told(ToolFormat.JSON, "[{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}]"))
                .isEqualTo(calls("", OSLO));
        for (String answer : List.of(
                "{\"name\": \"Ada\", \"arguments\": {}}",
                "{\"city\": \"Oslo\", \"name\": \"now\"}",
                "[1, 2]",
                " { }",
                "It is {\"name\": \"now\"}")) {
            assertThat(told(ToolFormat.JSON, answer)).isEqualTo(content(answer));
        }
    }

    @Test
    void whatIsNoCallIsContentWithItsMark() {
        for (String answer : List.of(
                "a <tool_call> b",
                "  <tool_call>{\"name\": 1}</tool_call>",
                "<tool_call><tool_call>",
                "<tool_call>{\"arguments\": {}}",
                "<tool_call>{\"name\": \"no",
                "<tool_",
                "1 < 2 <tool",
                "x \n ")) {
            assertThat(told(ToolFormat.HERMES, answer)).isEqualTo(content(answer));
        }
        assertThat(told(ToolFormat.HERMES, "<tool_call>oh<tool_call>{\"name\": \"now\"}</tool_call>"))
                .isEqualTo(calls("<tool_call>oh", NOW));
    }

    @Test
    void brokenArgumentsEndWhereTheyStopBeingJson() {
        assertThat(told(ToolFormat.HERMES, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": {</tool_call>Sorry"))
                .isEqualTo(calls("Sorry", new Called("f", "{\"a\": {")));
        assertThat(told(ToolFormat.HERMES, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1]}</tool_call>"))
                .isEqualTo(calls("]}</tool_call>", new Called("f", "{\"a\": 1")));
    }

    @Test
    void aCallThatIsCutOffKeepsWhatItHas() {
        assertThat(told(ToolFormat.HERMES, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"x"))
                .isEqualTo(calls("", new Called("f", "{\"a\": \"x")));
        assertThat(told(ToolFormat.HERMES, "<tool_call>{\"name\": \"now\", \"arguments\": {}}\n</tool"))
                .isEqualTo(calls("", NOW));
        assertThat(told(ToolFormat.QWEN_XML, "<function=weather><parameter=city>Os</para"))
                .isEqualTo(calls("", new Called("weather", "{\"city\": \"Os")));
        assertThat(told(ToolFormat.QWEN_XML, "<function=weather><parameter=days>12"))
                .isEqualTo(calls("", new Called("weather", "{\"days\": 12")));
        assertThat(told(ToolFormat.QWEN_XML, "<function=now></func")).isEqualTo(calls("", new Called("now", "")));
    }

    @Test
    void callsPastTheLimitAreLeftOut() {
        AnswerRules one = new AnswerRules(ReasoningFormat.NONE, false, ToolFormat.HERMES, TOOLS, 1, false);
        assertThat(
                        Told.of(
                                one,
                                List.of(
                                        "<tool_call>{\"name\": \"now\"}</tool_call>ok<tool_call>{\"name\": \"x\"}</tool_call>")))
                .isEqualTo(calls("ok", NOW));
    }

    @Test
    void whatIsHeldBackHasALimit() {
        String endless = "<tool_call>{\"arguments\": {\"a\": \"" + "x".repeat(40_000);
        AnswerParser parser = new AnswerParser(rules(ToolFormat.HERMES));
        assertThat(Told.of(parser.append(endless)).content())
                .startsWith("<tool_call>{")
                .hasSizeGreaterThan(39_000);
    }

    @Test
    void reasoningIsToldApart() {
        assertThat(told(ToolFormat.HERMES, "\n<think>\nHm, <b>.\n</think>\n\nHello </think>"))
                .isEqualTo(new Told("Hm, <b>.", "Hello </think>", List.of()));
        assertThat(told(ToolFormat.NONE, " Not <think>now</think>")).isEqualTo(content(" Not <think>now</think>"));
        assertThat(told(ToolFormat.HERMES, "<think>a</think>\n<tool_call>{\"name\": \"now\"}</tool_call>"))
                .isEqualTo(new Told("a", "", List.of(NOW)));
        assertThat(told(ToolFormat.HERMES, "<think>never </thin")).isEqualTo(new Told("never </thin", "", List.of()));
    }

    @Test
    void reasoningMayBeOpenAlready() {
        AnswerRules open = new AnswerRules(ReasoningFormat.THINK, true, ToolFormat.NONE, List.of(), 1, false);
        assertThat(Told.of(open, List.of("Hm.\n</think>\nYes"))).isEqualTo(new Told("Hm.", "Yes", List.of()));
        assertThat(Told.of(open, List.of("<think>Hm.</think>Yes"))).isEqualTo(new Told("Hm.", "Yes", List.of()));
        assertThat(Told.of(open, List.of("</think>Yes"))).isEqualTo(new Told("", "Yes", List.of()));
        assertThat(ReasoningFormat.THINK.isOpenAfter("<|im_start|>assistant\n<think>\n"))
                .isTrue();
        assertThat(ReasoningFormat.THINK.isOpenAfter("<think>\n\n</think>\n\n")).isFalse();
    }

    @Test
    void argumentsAreToldWhileTheyAreWritten() {
        AnswerParser parser = new AnswerParser(rules(ToolFormat.HERMES));
        assertThat(parser.append("Yes. <tool_")).containsExactly(new AnswerPart.Content("Yes."));
        assertThat(parser.append("call>{\"name\": \"weather\", \"arg")).isEmpty();
        assertThat(parser.append("uments\": {\"ci"))
                .containsExactly(new AnswerPart.CallBegin(0, "weather"), new AnswerPart.CallArguments(0, "{\"ci"));
        assertThat(parser.append("ty\"")).containsExactly(new AnswerPart.CallArguments(0, "ty\""));
    }

    @Test
    void withoutFormatsAllTextIsContentAtOnce() {
        AnswerParser parser = new AnswerParser(AnswerRules.plain());
        assertThat(parser.append(" <think> {")).containsExactly(new AnswerPart.Content(" <think> {"));
        assertThat(parser.finish()).isEmpty();
    }
}
