package dev.weir.engine.sampling.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.weir.engine.request.Constraint;
import dev.weir.engine.sampling.constraint.ConstraintSource.JsonSchema;
import dev.weir.engine.sampling.constraint.RandomSchemas.Case;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What holds of every schema: a model that knows nothing ends, under the mask, with a document that an independent validator accepts; and a
 * document that is made independently can be written, however it is cut into tokens.
 *
 * <p>More schemas, with another seed: {@code mvn -pl engine-java -am test -Dtest=SchemaPropertyTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dweir.schemas=20000 -Dweir.seed=7}.
 */
class SchemaPropertyTest {

    private static final int SCHEMAS = Integer.getInteger("weir.schemas", 500);
    private static final int DOCUMENTS = 3;
    private static final int PATIENCE_TOKENS = 60;

    private final SplittableRandom random = new SplittableRandom(Long.getLong("weir.seed", 1));
    private final TestVocabulary vocabulary = new TestVocabulary(300);
    private final Writing writing = new Writing(vocabulary, random);
    private final ConstraintCompiler compiler = vocabulary.compiler();
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final JsonMapper mapper = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @Test
    void whatIsWrittenIsValidAndWhatIsValidCanBeWritten() {
        RandomSchemas schemas = new RandomSchemas(random);
        for (int i = 0; i < SCHEMAS; i++) {
            Case next = schemas.next(3);
            ObjectNode schema = rooted(next.schema());
            Schema validator = registry.getSchema(schema);
            Constraint constraint = compiler.compile(new JsonSchema(schema.toString()));
            for (int j = 0; j < DOCUMENTS; j++) {
                assertValid(validator, schema, writing.write(constraint, PATIENCE_TOKENS));
                String document = next.documents().next(random);
                assertValid(validator, schema, document);
                writing.assertAllowed(constraint, document);
            }
        }
    }

    /** The schema, with a definition of its list where it has one. */
    private static ObjectNode rooted(ObjectNode schema) {
        JsonNode list = listIn(schema);
        if (list != null) {
            JsonNode copy = list.deepCopy();
            schema.putObject("$defs").set("self", copy);
        }
        return schema;
    }

    private static @Nullable JsonNode listIn(JsonNode schema) {
        if (schema.path("properties").has("next")) {
            return schema;
        }
        for (JsonNode child : schema) {
            JsonNode found = listIn(child);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "date",
                "time",
                "date-time",
                "duration",
                "uuid",
                "ipv4",
                "ipv6",
                "hostname",
                "email",
                "uri",
                "json-pointer"
            })
    void formatsAreWhatTheyClaim(String format) {
        String schema = "{\"type\":\"string\",\"format\":\"" + format + "\"}";
        Constraint constraint = compiler.compile(new JsonSchema(schema));
        Schema validator = registry.getSchema(mapper.readTree(schema));
        for (int i = 0; i < 200; i++) {
            String written = writing.write(constraint, random.nextInt(40));
            // The validator wants top-level domains that somebody has registered.
            String document = format.equals("email") ? written.replaceFirst("[a-zA-Z]+\"$", "org\"") : written;
            List<Error> errors = validator.validate(
                    mapper.readTree(document),
                    context -> context.executionConfig(c -> c.formatAssertionsEnabled(true)));
            assertThat(errors).as(document).isEmpty();
        }
    }

    @Test
    void anyObjectIsAnObject() {
        Constraint constraint = compiler.compile(new ConstraintSource.JsonObject());
        for (int i = 0; i < 300; i++) {
            assertThat(mapper.readTree(writing.write(constraint, PATIENCE_TOKENS))
                            .isObject())
                    .isTrue();
        }
        writing.assertAllowed(constraint, "{\"a\": [1, 2.5e3, {\"b\": null}], \"\\ud83d\\ude00\":\"😀\"}");
    }

    private void assertValid(Schema validator, ObjectNode schema, String document) {
        assertThat(validator.validate(mapper.readTree(document)))
                .as("%s under %s", document, schema)
                .isEmpty();
    }
}
