package dev.weir.engine.http;

import dev.weir.engine.request.Constraint;
import dev.weir.engine.sampling.constraint.ConstraintCompiler;
import dev.weir.engine.sampling.constraint.ConstraintException;
import dev.weir.engine.sampling.constraint.ConstraintSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The form that a request wants its answer to have: OpenAI's {@code response_format}, or one of vLLM's {@code guided_} fields.
 *
 * @param field that it came from, for refusals
 */
record RequestedForm(String field, ConstraintSource source) {

    private static final int CHOICES_MAX = 10_000;

    /** A field and how it is read. */
    private record Guide(String field, Function<JsonFields, ConstraintSource> reader) {}

    private static final List<Guide> GUIDES = List.of(
            new Guide("guided_json", fields -> schema(fields, "guided_json")),
            new Guide("guided_regex", fields -> new ConstraintSource.RegularExpression(text(fields, "guided_regex"))),
            new Guide("guided_grammar", fields -> new ConstraintSource.Gbnf(text(fields, "guided_grammar"))),
            new Guide("guided_choice", RequestedForm::choice));

    /** What a request says; null where it says nothing. */
    static @Nullable RequestedForm of(JsonFields fields) {
        List<RequestedForm> forms = new ArrayList<>();
        responseFormat(fields).ifPresent(forms::add);
        for (Guide guide : GUIDES) {
            if (fields.has(guide.field())) {
                forms.add(new RequestedForm(guide.field(), guide.reader().apply(fields)));
            }
        }
        if (forms.isEmpty()) {
            return null;
        }
        RequestedForm form = forms.getFirst();
        if (forms.size() > 1) {
            throw fields.refuse(
                    form.field(), "cannot be combined with " + forms.get(1).field() + ": send one of them");
        }
        if (fields.flag("ignore_eos", false)) {
            throw fields.refuse(
                    "ignore_eos", "cannot be combined with " + form.field() + ": an answer ends when its form does");
        }
        return form;
    }

    private static Optional<RequestedForm> responseFormat(JsonFields fields) {
        JsonFields format = fields.object("response_format").orElse(null);
        if (format == null) {
            return Optional.empty();
        }
        String type = format.text("type").orElse("");
        return switch (type) {
            case "text" -> Optional.empty();
            case "json_object" -> Optional.of(new RequestedForm("response_format", new ConstraintSource.JsonObject()));
            case "json_schema" -> {
                JsonFields described = format.object("json_schema")
                        .orElseThrow(() -> fields.refuse("response_format", "needs a json_schema with its type"));
                described.text("name");
                described.flag("strict", true); // either way: an answer is never outside of the schema
                yield Optional.of(new RequestedForm("response_format.json_schema.schema", schema(described, "schema")));
            }
            default -> throw format.refuse("type", "must be text, json_object or json_schema: " + type);
        };
    }

    /** A schema as JSON, or as a text that holds it. */
    private static ConstraintSource schema(JsonFields fields, String name) {
        JsonNode schema = fields.get(name);
        if (schema == null || !(schema.isObject() || schema.isBoolean() || schema.isString())) {
            throw fields.refuse(name, "must be a JSON Schema");
        }
        return new ConstraintSource.JsonSchema(schema.isString() ? schema.stringValue() : schema.toString());
    }

    private static String text(JsonFields fields, String name) {
        return fields.text(name).orElseThrow();
    }

    private static ConstraintSource choice(JsonFields fields) {
        List<String> texts = fields.texts("guided_choice", CHOICES_MAX);
        if (texts.isEmpty() || texts.contains("")) {
            throw fields.refuse("guided_choice", "must be a list of texts, none of them empty");
        }
        return new ConstraintSource.Choice(texts);
    }

    /** Whether it says what the content is; the others say what is written, whatever that is. */
    boolean isDocument() {
        return source instanceof ConstraintSource.JsonSchema || source instanceof ConstraintSource.JsonObject;
    }

    /** The form, ready to be applied. Takes a while where it is new. */
    Constraint compile(ConstraintCompiler compiler) {
        try {
            return compiler.compile(source);
        } catch (ConstraintException refusal) {
            throw new ApiException(ApiError.badField(field, field + ": " + refusal.getMessage()));
        }
    }
}
