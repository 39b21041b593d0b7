package dev.weir.engine.http;

import dev.weir.engine.answer.AnswerRules;
import dev.weir.engine.answer.ReasoningFormat;
import dev.weir.engine.answer.ToolFormat;
import dev.weir.engine.http.RequestedTools.Tool;
import dev.weir.engine.sampling.constraint.ConstraintSource;
import dev.weir.engine.sampling.constraint.ConstraintSource.Calls;
import dev.weir.engine.sampling.constraint.ConstraintSource.DocumentOrCalls;
import dev.weir.engine.sampling.constraint.ConstraintSource.Form;
import dev.weir.engine.sampling.constraint.ConstraintSource.Marked;
import dev.weir.engine.sampling.constraint.ConstraintSource.MarkedText;
import dev.weir.engine.sampling.constraint.ConstraintSource.Part;
import dev.weir.engine.sampling.constraint.ConstraintSource.Part.Document;
import dev.weir.engine.sampling.constraint.ConstraintSource.Part.Literal;
import dev.weir.engine.sampling.constraint.ConstraintSource.Thoughts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The forms of answers that call tools: where a call is demanded, and where the model decides and its arguments must fit. */
final class CallForms {

    private static final String FIELD = "tools";
    private static final Part SPACE = new Part.Space();

    /** The definitions of {@link #definitions}: one call, a list of calls, and the arguments of a tool by its number. */
    private static final String CALL = "call";

    private static final String CALLS = "calls";
    private static final String ARGUMENTS_OF = "tool";

    private CallForms() {}

    /** One of the calls as JSON, or a list of them. */
    static RequestedForm demanded(List<Tool> tools, int callsMax) {
        ObjectNode schema = definitions(tools, callsMax, "arguments", true);
        schema.put("$ref", pointer(callsMax > 1 ? CALLS : CALL));
        return new RequestedForm(FIELD, new ConstraintSource.JsonSchema(schema.toString()));
    }

    /**
     * Text, in which every call has the name of a tool and arguments that fit it; null where no tool is strict.
     *
     * @throws ApiException where the model writes calls in a way that cannot be held to a schema
     */
    static @Nullable RequestedForm leftToModel(JsonFields fields, RequestedTools tools, AnswerRules rules) {
        List<Tool> all = tools.leftToModel();
        if (rules.calls() == ToolFormat.NONE || all.stream().noneMatch(Tool::isStrict)) {
            return null;
        }
        if (fields.flag("ignore_eos", false)) {
            throw fields.refuse(
                    "ignore_eos", "cannot be combined with strict functions: an answer ends when it is whole");
        }
        return new RequestedForm(
                FIELD,
                new MarkedText(
                        schema(all, tools.callsMax(), rules.calls()),
                        thoughts(rules),
                        marked(rules.calls(), all),
                        unmarked(rules.calls())));
    }

    /**
     * The form of a document, or calls of the tools instead; the model may think before either.
     *
     * @throws ApiException where the model writes calls in a way that cannot be held to a strict tool's schema
     */
    static RequestedForm documentOrCalls(RequestedForm document, RequestedTools tools, AnswerRules rules) {
        List<Tool> all = tools.leftToModel();
        boolean callable = rules.calls() != ToolFormat.NONE && !all.isEmpty();
        if (!callable && rules.reasoning() == ReasoningFormat.NONE) {
            return document;
        }
        Calls calls = callable ? calls(all, tools.callsMax(), rules.calls()) : null;
        return new RequestedForm(document.field(), new DocumentOrCalls(thoughts(rules), document.source(), calls));
    }

    private static Thoughts thoughts(AnswerRules rules) {
        return new Thoughts(rules.reasoning().opening(), rules.reasoning().closing(), rules.reasoningOpen());
    }

    private static String schema(List<Tool> tools, int callsMax, ToolFormat format) {
        String arguments = format == ToolFormat.LLAMA3 ? "parameters" : "arguments";
        return definitions(tools, callsMax, arguments, false).toString();
    }

    private static Calls calls(List<Tool> tools, int callsMax, ToolFormat format) {
        boolean free = format == ToolFormat.QWEN_XML && tools.stream().noneMatch(Tool::isStrict);
        List<Marked> marked = free ? XmlForms.of(tools) : marked(format, tools);
        List<Form> forms = new ArrayList<>(unmarked(format));
        marked.forEach(one -> forms.add(one.form().behind(one.mark())));
        String between = unmarked(format).isEmpty() ? "" : ";";
        return new Calls(schema(tools, callsMax, format), forms, between, callsMax > 1);
    }

    private static List<Marked> marked(ToolFormat format, List<Tool> tools) {
        return switch (format) {
            case NONE, JSON -> List.of();
            case HERMES ->
                List.of(new Marked(
                        "<tool_call>", false, Form.of(SPACE, document(CALL), SPACE, new Literal("</tool_call>"))));
            case LLAMA3 -> List.of(new Marked("<|python_tag|>", false, Form.of(SPACE, document(CALL))));
            case MISTRAL -> ofMistral(tools);
            case PHI ->
                List.of(
                        new Marked(
                                "<|tool_call|>",
                                false,
                                Form.of(SPACE, document(CALLS), SPACE, new Literal("<|/tool_call|>"))),
                        new Marked("functools", true, Form.of(document(CALLS))));
            case QWEN_XML ->
                throw new ApiException(ApiError.notSupported(
                        "tools",
                        "tools with strict are not supported where this model decides, for its calls are XML (qwen-xml),"
                                + " which has no quotes: leave out strict, or demand a call by tool_choice"));
        };
    }

    private static List<Marked> ofMistral(List<Tool> tools) {
        String mark = "[TOOL_CALLS]";
        List<Marked> forms = new ArrayList<>();
        forms.add(new Marked(mark, false, Form.of(SPACE, document(CALLS))));
        for (int i = 0; i < tools.size(); i++) {
            for (String behindName : List.of("[ARGS]", "")) {
                Part name = new Literal(tools.get(i).name() + behindName);
                forms.add(new Marked(mark, false, Form.of(name, document(ARGUMENTS_OF + i))));
            }
        }
        return forms;
    }

    private static List<Form> unmarked(ToolFormat format) {
        return switch (format) {
            case NONE, HERMES, QWEN_XML, MISTRAL, PHI -> List.of();
            case LLAMA3 -> List.of(Form.of(document(CALL)));
            case JSON -> List.of(Form.of(document(CALL)), Form.of(document(CALLS)));
        };
    }

    private static Part document(String definition) {
        return new Document(pointer(definition));
    }

    private static String pointer(String definition) {
        return "#/$defs/" + definition;
    }

    /**
     * What forms refer to. Each tool's parameters are a definition, so that what they refer to stays their own.
     *
     * @param allStrict else only the arguments of strict tools must fit
     */
    private static ObjectNode definitions(List<Tool> tools, int callsMax, String argumentsName, boolean allStrict) {
        ObjectNode schema = Json.object();
        ObjectNode definitions = schema.putObject("$defs");
        ArrayNode choices = definitions.putObject(CALL).putArray("anyOf");
        definitions
                .putObject(CALLS)
                .put("type", "array")
                .put("minItems", 1)
                .put("maxItems", callsMax)
                .putObject("items")
                .put("$ref", pointer(CALL));
        for (int i = 0; i < tools.size(); i++) {
            Tool tool = tools.get(i);
            String arguments = ARGUMENTS_OF + i;
            definitions.set(
                    arguments,
                    allStrict || tool.isStrict()
                            ? rebased(tool.parameters(), pointer(arguments))
                            : Json.object().put("type", "object"));
            ObjectNode call = choices.addObject().put("type", "object");
            ObjectNode properties = call.putObject("properties");
            properties.putObject("name").put("const", tool.name());
            properties.putObject(argumentsName).put("$ref", pointer(arguments));
            call.putArray("required").add("name").add(argumentsName);
            call.put("additionalProperties", false);
        }
        return schema;
    }

    /** A schema whose pointers into itself lead to where it stands now. */
    private static JsonNode rebased(JsonNode schema, String base) {
        return switch (schema) {
            case ObjectNode object -> {
                ObjectNode moved = Json.object();
                object.properties().forEach(entry -> {
                    JsonNode value = entry.getValue();
                    boolean pointer = entry.getKey().equals("$ref") && value.isString();
                    if (pointer && value.stringValue().startsWith("#")) {
                        moved.put("$ref", base + value.stringValue().substring(1));
                    } else {
                        moved.set(entry.getKey(), rebased(value, base));
                    }
                });
                yield moved;
            }
            case ArrayNode array -> {
                ArrayNode moved = Json.object().arrayNode();
                array.forEach(element -> moved.add(rebased(element, base)));
                yield moved;
            }
            default -> schema;
        };
    }
}
