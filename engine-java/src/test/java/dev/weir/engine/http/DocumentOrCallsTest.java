package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.weir.engine.answer.AnswerRules;
import dev.weir.engine.answer.ReasoningFormat;
import dev.weir.engine.answer.Told;
import dev.weir.engine.answer.ToolFormat;
import dev.weir.engine.request.Constraint;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request that gives its content a form and offers tools gets one or the other, whole: a document that an independent validator accepts,
 * whatever marks stand in its strings, or calls of the tools and no content at all.
 */
class DocumentOrCallsTest {

    private static final int ANSWERS = Integer.getInteger("weir.strict.answers", 300);
    private static final String DOCUMENT = """
            {"type": "object", "properties": {"note": {"type": "string", "maxLength": 60}, "city": {"type": "string"}},
             "required": ["note"], "additionalProperties": false}""";
    private static final String PARAMETERS = """
            {"type": "object", "properties": {"city": {"enum": ["Oslo", "Rome"]}}, "required": ["city"],
             "additionalProperties": false}""";

    private final MarkLover model = new MarkLover(Long.getLong("weir.seed", 1));
    private final Schema document = schema(DOCUMENT);
    private final Schema parameters = schema(PARAMETERS);

    private static Schema schema(String text) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(JsonMapper.shared().readTree(text));
    }

    private static JsonFields request(boolean strict) {
        return JsonFields.of(JsonMapper.shared()
                .readTree("""
                {"tools": [{"type": "function", "function": {"name": "weather", "strict": %b, "parameters": %s}},
                           {"type": "function", "function": {"name": "free"}}],
                 "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": %s}}}""".formatted(strict, PARAMETERS, DOCUMENT))
                .asObject());
    }

    /** How a model writes, and whether its prompt opened its reasoning. */
    record Case(ToolFormat calls, ReasoningFormat reasoning, boolean open) {
        boolean strict() {
            return calls != ToolFormat.QWEN_XML;
        }

        AnswerRules rules(RequestedTools tools) {
            return new AnswerRules(reasoning, open, calls, tools.offered(), tools.callsMax(), true);
        }
    }

    static Stream<Case> cases() {
        return Arrays.stream(ToolFormat.values())
                .filter(calls -> calls != ToolFormat.NONE)
                .flatMap(calls -> Stream.of(
                        new Case(calls, ReasoningFormat.NONE, false),
                        new Case(calls, ReasoningFormat.THINK, false),
                        new Case(calls, ReasoningFormat.THINK, true)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anAnswerIsADocumentOrCallsAndMarksInADocumentAreText(Case how) {
        RequestedTools tools = RequestedTools.of(request(how.strict()));
        Constraint form = form(how, tools);
        int documents = 0;
        int documentsWithMarks = 0;
        int calls = 0;
        for (int i = 0; i < ANSWERS; i++) {
            String answer = model.write(form);
            Told told = Told.of(how.rules(tools), List.of(answer));
            assertThat(Told.of(how.rules(tools), List.of(answer.split(""))))
                    .as(answer)
                    .isEqualTo(told);
            if (told.calls().isEmpty()) {
                assertThat(document.validate(JsonMapper.shared().readTree(told.content())))
                        .as(answer)
                        .isEmpty();
                documents++;
                documentsWithMarks += told.content().contains("<tool_call>") ? 1 : 0;
            } else {
                assertThat(told.content()).as(answer).isEmpty();
                told.calls().forEach(call -> assertFits(how, call, answer));
                calls++;
            }
        }
        assertThat(documents).as("documents, or nothing was tested").isGreaterThan(ANSWERS / 20);
        assertThat(documentsWithMarks)
                .as("marks in documents, or nothing was tested")
                .isPositive();
        assertThat(calls).as("calls, or nothing was tested").isGreaterThan(ANSWERS / 20);
    }

    private Constraint form(Case how, RequestedTools tools) {
        RequestedForm content = RequestedForm.of(request(how.strict()));
        assertThat(content).isNotNull();
        return model.compiled(CallForms.documentOrCalls(content, tools, how.rules(tools)));
    }

    private void assertFits(Case how, Told.Called call, String answer) {
        assertThat(call.name()).as(answer).isIn("weather", "free");
        JsonNode arguments = JsonMapper.shared().readTree(call.arguments());
        assertThat(arguments.isObject()).as(answer).isTrue();
        if (how.strict() && call.name().equals("weather")) {
            assertThat(parameters.validate(arguments)).as(answer).isEmpty();
        }
    }

    @Test
    void aStrictToolThatCannotBeHeldToItsSchemaIsRefusedByName() {
        Case xml = new Case(ToolFormat.QWEN_XML, ReasoningFormat.NONE, false);
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> form(xml, RequestedTools.of(request(true))))
                .withMessageContaining("qwen-xml");
    }
}
