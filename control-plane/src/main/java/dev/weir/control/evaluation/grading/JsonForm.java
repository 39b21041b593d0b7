package dev.weir.control.evaluation.grading;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON in answers, and whether it has the form that a schema asks for (draft 2020-12 unless it says another). */
final class JsonForm {
    private final SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    Optional<JsonNode> parse(String text) {
        try {
            JsonNode json = JsonMapper.shared().readTree(text);
            return json == null || json.isMissingNode() ? Optional.empty() : Optional.of(json);
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    /** The first object or array that a text contains. */
    Optional<JsonNode> find(String text) {
        for (int start = 0; start < text.length(); start++) {
            char open = text.charAt(start);
            if (open == '{' || open == '[') {
                int end = text.lastIndexOf(open == '{' ? '}' : ']');
                if (end > start) {
                    Optional<JsonNode> found = parse(text.substring(start, end + 1));
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** What is wrong with it under the schema; nothing where there is no schema. */
    Optional<String> flaw(JsonNode json, @Nullable JsonNode schema) {
        if (schema == null) {
            return Optional.empty();
        }
        List<Error> errors = schemas.getSchema(schema).validate(json);
        return errors.stream().map(Error::toString).findFirst();
    }
}
