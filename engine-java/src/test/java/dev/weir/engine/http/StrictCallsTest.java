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
import dev.weir.engine.sampling.constraint.ConstraintCompiler;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where a model decides whether it calls, and its tools are strict, whatever it writes: every call that the answer's reader finds has the
 * name of a tool and arguments that an independent validator accepts. The model here knows nothing but likes marks and brackets.
 */
class StrictCallsTest {

    private static final int ANSWERS = Integer.getInteger("weir.strict.answers", 400);
    private static final int TOKENS_MAX = 400;
    private static final String WEATHER = """
            {"type": "object", "properties": {"city": {"enum": ["Oslo", "Rome"]}, "days": {"type": "integer", "maximum": 9},
              "at": {"$ref": "#/$defs/place"}}, "required": ["city"], "additionalProperties": false,
             "$defs": {"place": {"type": "array", "items": {"type": "boolean"}, "maxItems": 2}}}""";

    /** Beside single bytes: marks, whole and in pieces, and what a call consists of, with pieces that straddle their borders. */
    private static final List<String> PIECES = List.of(
            "<tool_call>",
            "</tool_call>",
            "<tool",
            "_call>",
            "_call>\n{",
            "<tool_call>{\"",
            "<|python_tag|>",
            "[TOOL_CALLS]",
            "[ARGS]",
            "[TOOL_CALLS][",
            "[THINK]",
            "[/THINK]",
            "<think>",
            "</think>",
            "</think>{",
            "<|tool_call|>",
            "<|/tool_call|>",
            "functools",
            "functools[",
            "{\"name\": \"",
            "{\"name",
            "name\"",
            "\"arguments\": {",
            "parameters",
            "arguments",
            "weather",
            "weather[ARGS]{",
            "free",
            "\": \"",
            "\", \"",
            "\"}",
            "}}",
            "]",
            ";",
            "; {",
            "\n",
            " ",
            "\u2003",
            "\u2003{",
            "{",
            "[",
            "}",
            "Oslo\"}}",
            "city",
            "<function=weather>",
            "null",
            "text",
            "é",
            "\": ");

    private final SplittableRandom random = new SplittableRandom(Long.getLong("weir.seed", 1));
    private final List<byte[]> tokens = tokens();
    private final int endId = tokens.size();
    private final ConstraintCompiler compiler =
            ConstraintCompiler.of(endId + 1, id -> id == endId ? new byte[0] : tokens.get(id), Set.of(endId));
    private final Schema validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(JsonMapper.shared().readTree(WEATHER));

    private static List<byte[]> tokens() {
        List<byte[]> tokens = new ArrayList<>();
        for (int value = 0; value < 256; value++) {
            tokens.add(new byte[] {(byte) value});
        }
        PIECES.forEach(piece -> tokens.add(piece.getBytes(StandardCharsets.UTF_8)));
        return tokens;
    }

    private static JsonFields request(String more) {
        return JsonFields.of(
                JsonMapper.shared().readTree("""
                {"tools": [{"type": "function", "function": {"name": "weather", "strict": true, "parameters": %s}},
                           {"type": "function", "function": {"name": "free"}}]%s}""".formatted(WEATHER, more)).asObject());
    }

    /** How a model writes, and whether its prompt opened its reasoning. */
    record Case(ToolFormat calls, ReasoningFormat reasoning, boolean open) {
        AnswerRules rules(RequestedTools tools) {
            return new AnswerRules(reasoning, open, calls, tools.offered(), tools.callsMax());
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
            String answer = write(form);
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
        return form.compile(compiler);
    }

    private void assertFits(String name, String arguments, String answer) {
        JsonNode json = JsonMapper.shared().readTree(arguments);
        assertThat(json.isObject()).as(answer).isTrue();
        assertThat(name).as(answer).isIn("weather", "free");
        if (name.equals("weather")) {
            assertThat(validator.validate(json)).as(answer).isEmpty();
        }
    }

    /** An answer by chance, which is over when it may be: one that is cut off proves nothing. */
    private String write(Constraint form) {
        Constraint.Progress progress = form.begin();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        int patience = random.nextInt(TOKENS_MAX);
        for (int count = 0; !progress.isComplete(); count++) {
            BitSet allowed = BitSet.valueOf(progress.allowedTokens());
            assertThat(allowed.isEmpty()).as("a way on after %s", text).isFalse();
            boolean ends = allowed.get(endId) && (count >= patience || random.nextInt(30) == 0);
            int id = ends ? endId : likely(allowed, count > patience + TOKENS_MAX);
            assertThat(progress.accept(id)).isTrue();
            if (id == endId) {
                break;
            }
            text.writeBytes(tokens.get(id));
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /** A piece rather than a byte; when it gets late, what closes something. */
    private int likely(BitSet allowed, boolean late) {
        if (late) {
            int[] closing = "\"]}".chars().filter(allowed::get).toArray();
            if (closing.length > 0) {
                return closing[random.nextInt(closing.length)];
            }
        }
        boolean pieces = allowed.nextSetBit(256) >= 0 && allowed.nextSetBit(256) < endId && random.nextInt(4) > 0;
        int[] choice = (pieces
                        ? allowed.stream().filter(id -> id >= 256 && id < endId)
                        : allowed.stream().filter(id -> id < endId))
                .toArray();
        return choice[random.nextInt(choice.length)];
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
                assertThat(BitSet.valueOf(progress.allowedTokens()).get(endId)).isTrue();
            }
        }
    }

    @Test
    void aTokenThatGoesOnPastAMarkIsHeldToTheFormToo() {
        Constraint.Progress progress = form(
                        new Case(ToolFormat.HERMES, ReasoningFormat.NONE, false), RequestedTools.of(request("")))
                .begin();
        BitSet allowed = BitSet.valueOf(progress.allowedTokens());
        assertThat(allowed.get(256 + PIECES.indexOf("<tool_call>{\""))).isTrue();
        assertThat(progress.accept(256 + PIECES.indexOf("<tool"))).isTrue();
        assertThat(progress.accept(256 + PIECES.indexOf("_call>"))).isTrue();
        assertThat(BitSet.valueOf(progress.allowedTokens()).get(256 + PIECES.indexOf("[")))
                .isFalse();
        assertThat(BitSet.valueOf(progress.allowedTokens()).get(endId)).isFalse();
        assertThat(progress.accept(256 + PIECES.indexOf("{\"name\": \""))).isTrue();
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
