package dev.weir.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** Writes an OpenAPI document as the TypeScript that the user interface calls its operations with. */
final class AdminTypes {
    private static final String HEAD =
            "// Written from the OpenAPI document of /admin by AdminDocumentTest; -Dweir.openapi.update=true writes it again.\n";

    private AdminTypes() {}

    static String of(JsonNode document) {
        StringBuilder text = new StringBuilder(HEAD);
        document.path("components")
                .path("schemas")
                .properties()
                .forEach(schema -> text.append("\nexport interface ")
                        .append(schema.getKey())
                        .append(' ')
                        .append(fields(schema.getValue(), "  "))
                        .append('\n'));
        text.append("\n/** Every operation: what it takes, and what it answers. */\nexport interface Operations {\n");
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(verb -> text.append(operation(path, verb))));
        return text.append("}\n").toString();
    }

    private static String operation(Map.Entry<String, JsonNode> path, Map.Entry<String, JsonNode> verb) {
        JsonNode operation = verb.getValue();
        JsonNode answer = StreamSupport.stream(operation.path("responses").spliterator(), false)
                .findFirst()
                .orElseThrow();
        return "  '" + verb.getKey().toUpperCase(Locale.ROOT) + ' ' + path.getKey() + "': {\n"
                + "    path: " + parameters(operation, "path") + ";\n"
                + "    query: " + parameters(operation, "query") + ";\n"
                + "    body: " + content(operation.path("requestBody")) + ";\n"
                + "    answer: " + content(answer) + ";\n"
                + "  };\n";
    }

    private static String parameters(JsonNode operation, String in) {
        List<String> fields = new ArrayList<>();
        for (JsonNode parameter : operation.path("parameters")) {
            if (parameter.path("in").asString().equals(in)) {
                fields.add(parameter.path("name").asString()
                        + (parameter.path("required").asBoolean() ? ": " : "?: ")
                        + type(parameter.path("schema")));
            }
        }
        return fields.isEmpty() ? "Record<never, never>" : "{ " + String.join("; ", fields) + " }";
    }

    /** Of a body or an answer: nothing where there is none, text as text, and of a stream of events what one holds. */
    private static String content(JsonNode holder) {
        return holder.path("content").properties().stream()
                .findFirst()
                .map(content -> content.getKey().startsWith("text/")
                                && !content.getKey().equals("text/event-stream")
                        ? "string"
                        : type(content.getValue().path("schema")))
                .orElse("undefined");
    }

    private static String fields(JsonNode schema, String indentation) {
        List<String> required = StreamSupport.stream(schema.path("required").spliterator(), false)
                .map(JsonNode::asString)
                .toList();
        StringJoiner fields = new StringJoiner("", "{\n", "}");
        schema.path("properties")
                .properties()
                .forEach(field -> fields.add(indentation
                        + field.getKey()
                        + (required.contains(field.getKey()) ? ": " : "?: ")
                        + type(field.getValue())
                        + (required.contains(field.getKey()) ? ";\n" : " | null;\n")));
        return fields.toString();
    }

    private static String type(JsonNode schema) {
        if (schema.has("$ref")) {
            String reference = schema.path("$ref").asString();
            return reference.substring(reference.lastIndexOf('/') + 1);
        }
        if (schema.has("enum")) {
            return StreamSupport.stream(schema.path("enum").spliterator(), false)
                    .map(value -> '\'' + value.asString() + '\'')
                    .collect(Collectors.joining(" | "));
        }
        return switch (schema.path("type").asString("")) {
            case "string" -> "string";
            case "boolean" -> "boolean";
            case "integer", "number" -> "number";
            case "array" -> {
                String item = type(schema.path("items"));
                yield item.contains("|") ? '(' + item + ")[]" : item + "[]";
            }
            case "object" ->
                schema.has("properties")
                        ? fields(schema, " ").replace('\n', ' ')
                        : "Record<string, " + type(schema.path("additionalProperties")) + ">";
            default -> "unknown";
        };
    }
}
