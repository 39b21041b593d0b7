package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.weir.engine.answer.AnswerParser;
import dev.weir.engine.answer.AnswerPart;
import dev.weir.engine.answer.AnswerRules;
import dev.weir.engine.answer.ReasoningFormat;
import dev.weir.engine.answer.ToolFormat;
import dev.weir.engine.request.Constraint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where a model decides whether it calls, and its tools are strict, whatever it writes: every call that the answer's reader finds has the
 * name of a tool and arguments that an independent validator accepts.
 */
class StrictCallsTest {

    private static final int ANSWERS = Integer.getInteger("weir.strict.answers", 400);
    private static final String WEATHER = """
            {"type": "object", "properties": {"city": {"enum": ["Oslo", "Rome"]}, "days": {"type": "integer", "maximum": 9},
              "at": {"$ref": "#/$defs/place"}}, "required": ["city"], "additionalProperties": false,
             "$defs": {"place": {"type": "array", "items": {"type": "boolean"}, "maxItems": 2}}}""";

    private final MarkLover model = new MarkLover(Long.getLong("weir.seed", 1));
    private final Schema validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(JsonMapper.shared().readTree(WEATHER));

    private static JsonFields request(String more) {
        return JsonFields.of(
                JsonMapper.shared().readTree("""
                {"tools": [{"type": "function", "function": {"name": "weather", "strict": true, "parameters": %s}},
                           {"type": "function", "function": {"name": "free"}}]%s}""".formatted(WEATHER, more)).asObject());
    }

    /** How a model writes, and whether its prompt opened its reasoning. */
    record Case(ToolFormat calls, ReasoningFormat reasoning, boolean open) {
        AnswerRules rules(RequestedTools tools) {
            return new AnswerRules(reasoning, open, calls, tools.offered(), tools.callsMax(), false);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(ToolFormat.HERMES, ToolFormat.LLAMA3, ToolFormat.MISTRAL, ToolFormat.PHI, ToolFormat.JSON)
                .flatMap(calls -> Stream.of(
                        new Case(calls, ReasoningFormat.NONE, false),
                        new Case(calls, ReasoningFormat.THINK, false),
                        new Case(calls, ReasoningFormat.THINK, true),
                        new Case(calls, ReasoningFormat.MISTRAL, false)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyCallThatIsReadFitsItsTool(Case how) {
        RequestedTools tools = RequestedTools.of(request(""));
        Constraint form = form(how, tools);
        int callCount = 0;
        for (int i = 0; i < ANSWERS; i++) {
            String answer = model.write(form);
            Map<Integer, String> names = new HashMap<>();
            Map<Integer, StringBuilder> arguments = new HashMap<>();
            AnswerParser parser = new AnswerParser(how.rules(tools));
            List<AnswerPart> parts = new ArrayList<>(parser.append(answer));
            parts.addAll(parser.finish());
            for (AnswerPart part : parts) {
                switch (part) {
                    case AnswerPart.CallBegin(int index, String name) -> names.put(index, name);
                    case AnswerPart.CallArguments(int index, String text) ->
                        arguments
                                .computeIfAbsent(index, _ -> new StringBuilder())
                                .append(text);
                    case AnswerPart.Content _, AnswerPart.Reasoning _ -> {}
                }
            }
            names.forEach((index, name) -> assertFits(name, String.valueOf(arguments.get(index)), answer));
            callCount += names.size();
        }
        assertThat(callCount).as("calls, or nothing was tested").isGreaterThan(ANSWERS / 10);
    }

    private Constraint form(Case how, RequestedTools tools) {
        RequestedForm form = CallForms.leftToModel(request(""), tools, how.rules(tools));
        assertThat(form).isNotNull();
        return model.compiled(form);
    }

    private void assertFits(String name, String arguments, String answer) {
        JsonNode json = JsonMapper.shared().readTree(arguments);
        assertThat(json.isObject()).as(answer).isTrue();
        assertThat(name).as(answer).isIn("weather", "free");
        if (name.equals("weather")) {
            assertThat(validator.validate(json)).as(answer).isEmpty();
        }
    }

    @Test
    void textWithoutCallsStaysFree() {
        for (Case how : cases().filter(one -> !one.open()).toList()) {
            Constraint form = form(how, RequestedTools.of(request("")));
            for (String text : List.of(
                    "No call: <tool>, functools is a module, functools\n.", "é\n{\"name\": 1} [2]", " I think.")) {
                Constraint.Progress progress = form.begin();
                for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
                    assertThat(progress.accept(value & 0xFF))
                            .as("%s: %s", how, text)
                            .isTrue();
                }
                assertThat(BitSet.valueOf(progress.allowedTokens()).get(model.endId()))
                        .isTrue();
            }
        }
    }

    @Test
    void aTokenThatGoesOnPastAMarkIsHeldToTheFormToo() {
        Constraint.Progress progress = form(
                        new Case(ToolFormat.HERMES, ReasoningFormat.NONE, false), RequestedTools.of(request("")))
                .begin();
        BitSet allowed = BitSet.valueOf(progress.allowedTokens());
        assertThat(allowed.get(model.piece("<tool_call>{\""))).isTrue();
        assertThat(progress.accept(model.piece("<tool"))).isTrue();
        assertThat(progress.accept(model.piece("_call>"))).isTrue();
        assertThat(BitSet.valueOf(progress.allowedTokens()).get(model.piece("[")))
                .isFalse();
        assertThat(BitSet.valueOf(progress.allowedTokens()).get(model.endId())).isFalse();
        assertThat(progress.accept(model.piece("{\"name\": \""))).isTrue();
    }

    @Test
    void whatCannotBeHeldToASchemaIsRefusedByName() {
        RequestedTools tools = RequestedTools.of(request(""));
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> CallForms.leftToModel(
                        request(""), tools, new Case(ToolFormat.QWEN_XML, ReasoningFormat.NONE, false).rules(tools)))
                .withMessageContaining("qwen-xml");
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> CallForms.leftToModel(
                        request(", \"ignore_eos\": true"),
                        tools,
                        new Case(ToolFormat.HERMES, ReasoningFormat.NONE, false).rules(tools)))
                .withMessageContaining("ignore_eos");
    }
}
