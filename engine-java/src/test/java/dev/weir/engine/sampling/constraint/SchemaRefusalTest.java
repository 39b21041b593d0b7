package dev.weir.engine.sampling.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.sampling.constraint.ConstraintSource.JsonSchema;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a schema cannot say here is refused with its name and its place; what it can is meant. */
class SchemaRefusalTest {

    private final TestVocabulary vocabulary = new TestVocabulary(50);
    private final Writing writing = new Writing(vocabulary, new SplittableRandom(4));

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'not': {}}; \"not\" at # is not supported",
                "{'properties': {'a/b': {'if': {}}}}; \"if\" at #/properties/a~1b is not supported",
                "{'items': {'uniqueItems': true, 'type': 'array'}}; \"uniqueItems\" at #/items is not supported",
                "{'patternProperties': {}}; \"patternProperties\" at #",
                "{'minProperties': 1}; \"minProperties\" at #",
                "{'type': 'text'}; \"type\" at # must be one of",
                "{'type': []}; must name at least one type",
                "{'type': 'string', 'format': 'phone'}; \"format\" at # is not supported: phone",
                "{'type': 'string', 'pattern': '(?=a)'}; \"pattern\" at # cannot be used",
                "{'minLength': -1}; \"minLength\" at # must be an integer",
                "{'minLength': 2, 'maxLength': 1}; \"maxLength\" at # is less",
                "{'minItems': 2, 'maxItems': 1}; \"maxItems\" at # is less",
                "{'minimum': 2, 'maximum': 1}; no text satisfies",
                "{'$ref': 'other.json'}; \"$ref\" at # must be a pointer",
                "{'$ref': '#/$defs/x'}; \"$ref\" at # leads nowhere",
                "{'$ref': '#'}; no text satisfies",
                "{'enum': []}; \"enum\" at # has no value",
                "{'type': 'integer', 'multipleOf': 0}; \"multipleOf\" at # must be greater than 0",
                "{'type': 'number', 'multipleOf': 1.234567}; \"multipleOf\" at # is not supported",
                "{'oneOf': [{'type': 'string'}, {'enum': ['a']}]}; might satisfy both number 0 and number 1",
                "{'oneOf': [{'type': 'number'}, {'type': 'integer'}]}; might satisfy both",
                "{'allOf': [{'pattern': 'a'}, {'pattern': 'b'}]}; cannot be combined with",
                "{'properties': []}; \"properties\" at # must be an object",
                "{'required': [1]}; \"required\" at # must be a list of names",
                "{'strict': true}; \"strict\" at # is not supported",
                "[]; must be an object, true or false",
                "false; no text satisfies",
                "{'a; is no JSON"
            })
    void refusesByName(String schema, String named) {
        assertThatThrownBy(() -> compile(schema))
                .isInstanceOf(ConstraintException.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type': ['string', 'null']}; null; true",
                "{'type': 'integer', 'minimum': 3, 'exclusiveMinimum': 3}; 3; false",
                "{'type': 'integer', 'minimum': 3, 'exclusiveMinimum': 3}; 4; true",
                "{'type': 'number', 'multipleOf': 0.25}; 1.75; true",
                "{'type': 'number', 'multipleOf': 0.25}; 1.7; false",
                "{'type': 'number', 'multipleOf': 0.25}; -3; true",
                "{'type': 'integer', 'multipleOf': 7, 'minimum': 50}; 49; false",
                "{'type': 'integer', 'multipleOf': 7, 'minimum': 50}; 56; true",
                "{'oneOf': [{'type': 'string'}, {'type': 'null'}]}; null; true",
                "{'oneOf': [{'properties': {'k': {'const': 'a'}}, 'required': ['k']}, {'properties': {'k': {'const': 'b'}}, 'required': ['k']}]}; {'k':'b'}; true",
                "{'allOf': [{'properties': {'a': {'type': 'integer'}}}, {'properties': {'a': {'minimum': 5}}, 'required': ['a']}]}; {'a':4}; false",
                "{'allOf': [{'properties': {'a': {'type': 'integer'}}}, {'properties': {'a': {'minimum': 5}}, 'required': ['a']}]}; {'a':5}; true",
                "{'$defs': {'p': {'type': 'integer', 'maximum': 9}}, '$ref': '#/$defs/p', 'minimum': 5}; 7; true",
                "{'$defs': {'p': {'type': 'integer', 'maximum': 9}}, '$ref': '#/$defs/p', 'minimum': 5}; 4; false",
                "{'type': 'string', 'pattern': 'b'}; 'abc'; true",
                "{'type': 'string', 'pattern': '^b'}; 'abc'; false",
                "{'type': 'string', 'pattern': '^[a-z]+$', 'maxLength': 3}; 'abc'; true",
                "{'type': 'string', 'pattern': '^[a-z]+$', 'maxLength': 3}; 'abcd'; false",
                "{'type': 'string', 'maxLength': 2}; 'éé'; true",
                "{'properties': {'a': true}, 'additionalProperties': {'type': 'null'}}; {'b':null}; true",
                "{'properties': {'a': true}, 'additionalProperties': {'type': 'null'}}; {'b':1}; false",
                "{'properties': {'a': true}}; {'b':1}; false",
                "{'properties': {'a': true, 'b': true}}; {'b':1}; true",
                "{'properties': {'a': true, 'b': true}}; {'b':1,'a':1}; false",
                "{'additionalProperties': {'type': 'null'}}; {'b':null,}; false",
                "{'additionalProperties': {'type': 'null'}}; {'b':null,'c':null}; true",
                "{'enum': ['x', 1, null]}; 'x'; true",
                "true; [1,{'a':[]}]; true"
            })
    void meansWhatItSays(String schema, String document, boolean allowed) {
        assertThat(writing.allows(compile(schema), document.replace('\'', '"'))).isEqualTo(allowed);
    }

    @Test
    void aTreeMayReferToItself() {
        Constraint tree =
                compile("{'$defs': {'node': {'properties': {'v': {'type': 'integer'}, 'children': {'items': {'$ref':"
                        + " '#/$defs/node'}}}, 'required': ['v', 'children']}}, '$ref': '#/$defs/node'}");
        writing.assertAllowed(tree, "{\"v\":1,\"children\":[{\"v\":2,\"children\":[]},{\"v\":3,\"children\":[]}]}");
    }

    private Constraint compile(String schema) {
        return vocabulary.compiler().compile(new JsonSchema(schema.replace('\'', '"')));
    }
}
