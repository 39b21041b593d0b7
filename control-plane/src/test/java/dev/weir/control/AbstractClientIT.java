package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.weir.control.OpenAiClient.Answer;
import dev.weir.control.OpenAiClient.Call;
import dev.weir.control.OpenAiClient.Tool;
import dev.weir.control.ServedModels.Door;
import dev.weir.control.ServedModels.Running;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an application can expect through every client library, unchanged but for the base URL, from the control plane and from an engine
 * alike. The model is a small one that knows one company; what has a form is right by constraint.
 */
@ExtendWith(ServedModels.class)
abstract class AbstractClientIT {

    static final int MAX_TOKENS = 300;

    static final String QUESTION = "Hello! What can you help me with?";

    private static final Tool TOOL = new Tool("book_ferry", "Books a crossing", """
            {"type": "object", "properties": {
               "ship": {"type": "string", "maxLength": 12},
               "passengers": {"type": "integer", "minimum": 1, "maximum": 9},
               "class": {"type": "string", "enum": ["deck", "cabin"]}},
             "required": ["ship", "passengers", "class"], "additionalProperties": false}""");

    private static final String SCHEMA = """
            {"type": "object", "properties": {
               "name": {"type": "string", "maxLength": 10},
               "gate": {"type": "integer", "minimum": 1, "maximum": 20},
               "tags": {"type": "array", "items": {"type": "string", "enum": ["early", "late"]}, "maxItems": 2}},
             "required": ["name", "gate", "tags"], "additionalProperties": false}""";

    private final SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Running weir;

    AbstractClientIT(Running weir) {
        this.weir = weir;
    }

    /** A client of this kind; it asks greedily and for {@link #MAX_TOKENS} at most. */
    abstract OpenAiClient open(String baseUrl, String apiKey);

    private OpenAiClient open(Door door) {
        return open(weir.base(door).toString(), weir.key(door));
    }

    @ParameterizedTest
    @EnumSource
    void aStreamIsTheAnswerInPieces(Door door) {
        try (OpenAiClient client = open(door)) {
            Answer answer = client.chat(QUESTION);
            assertThat(answer.text()).contains("ferries");
            assertThat(answer.promptTokens()).isPositive();
            assertThat(answer.completionTokens()).isBetween(1L, (long) MAX_TOKENS);
            StringBuilder pieces = new StringBuilder();
            assertThat(client.stream(QUESTION, pieces::append)).isEqualTo(answer);
            assertThat(pieces).hasToString(answer.text());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallThatIsDemandedIsMadeAndValid(Door door) {
        try (OpenAiClient client = open(door)) {
            Call call = client.call(QUESTION, TOOL);
            assertThat(call.name()).isEqualTo(TOOL.name());
            assertThat(call.id()).isNotBlank();
            assertValid(TOOL.schema(), call.arguments());
            Call streamed = client.streamedCall(QUESTION, TOOL);
            assertThat(streamed.name()).isEqualTo(TOOL.name());
            assertThat(streamed.id()).isNotBlank();
            assertThat(streamed.arguments()).isEqualTo(call.arguments());
            assertThat(client.afterCall(QUESTION, call, "{\"booked\":true}")).isNotBlank();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aModelThatMayCallMayAlsoAnswer(Door door) {
        try (OpenAiClient client = open(door)) {
            assertThat(client.chatOrCall(QUESTION, TOOL)).isNotBlank();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDocumentIsValidUnderItsSchema(Door door) {
        try (OpenAiClient client = open(door)) {
            assertValid(SCHEMA, client.document("Which gate is it?", SCHEMA));
        }
    }

    @ParameterizedTest
    @EnumSource
    void textsBecomeVectorsOfLengthOne(Door door) {
        try (OpenAiClient client = open(door)) {
            List<float[]> vectors = client.embed(List.of(QUESTION, "Hello!", QUESTION));
            assertThat(vectors).hasSize(3).allSatisfy(vector -> {
                double squares = 0;
                for (float x : vector) {
                    squares += x * x;
                }
                assertThat(squares).isCloseTo(1, within(1e-4));
            });
            assertThat(vectors.get(0)).isEqualTo(vectors.get(2)).isNotEqualTo(vectors.get(1));
        }
    }

    private void assertValid(String schema, String document) {
        JsonMapper mapper = JsonMapper.shared();
        assertThat(schemas.getSchema(mapper.readTree(schema)).validate(mapper.readTree(document)))
                .as(document)
                .isEmpty();
    }
}
