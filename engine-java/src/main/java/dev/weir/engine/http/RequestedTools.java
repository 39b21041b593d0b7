package dev.weir.engine.http;

import dev.weir.engine.answer.AnswerRules;
import dev.weir.engine.answer.OfferedTool;
import dev.weir.engine.answer.ToolFormat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tools of a request and what it says about calling them: {@code tools}, {@code tool_choice} and {@code parallel_tool_calls}.
 *
 * @param shown to the model, as the request spells them; empty where there are none or none may be called
 * @param form that the answer must have where a call is demanded; null where the model decides
 * @param leftToModel all of them where the model decides whether it calls; else empty
 */
record RequestedTools(
        List<JsonNode> shown,
        List<OfferedTool> offered,
        int callsMax,
        @Nullable RequestedForm form,
        List<Tool> leftToModel) {

    private static final int TOOLS_MAX = 128;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /**
     * A tool as a request describes it.
     *
     * @param isStrict arguments must fit the parameters
     */
    record Tool(ObjectNode json, String name, ObjectNode parameters, boolean isStrict) {}

    /** What the answer may do about tools. */
    private enum Choice {
        NONE,
        AUTO,
        REQUIRED,
        NAMED
    }

    static RequestedTools of(JsonFields fields) {
        List<Tool> tools = tools(fields);
        boolean parallel = fields.flag("parallel_tool_calls", true);
        Choice choice = choice(fields, tools);
        int callsMax = parallel && choice != Choice.NAMED ? AnswerRules.CALLS_MAX : 1;
        return switch (choice) {
            case NONE -> new RequestedTools(List.of(), List.of(), callsMax, null, List.of());
            case AUTO -> of(tools, callsMax, null);
            case REQUIRED -> of(tools, callsMax, CallForms.demanded(tools, callsMax));
            case NAMED -> {
                String name = named(fields);
                List<Tool> wanted =
                        tools.stream().filter(tool -> tool.name().equals(name)).toList();
                yield of(tools, callsMax, CallForms.demanded(wanted, callsMax));
            }
        };
    }

    private static RequestedTools of(List<Tool> tools, int callsMax, @Nullable RequestedForm form) {
        return new RequestedTools(
                tools.stream().<JsonNode>map(Tool::json).toList(),
                tools.stream()
                        .map(tool -> new OfferedTool(tool.name(), textParameters(tool.parameters())))
                        .toList(),
                callsMax,
                form,
                form == null ? List.copyOf(tools) : List.of());
    }

    /** How calls are written: in a form that is demanded as plain JSON, else as the model does. */
    ToolFormat format(ToolFormat ofModel) {
        if (shown.isEmpty()) {
            return ToolFormat.NONE;
        }
        return form == null ? ofModel : ToolFormat.JSON;
    }

    private static List<Tool> tools(JsonFields fields) {
        JsonNode json = fields.get("tools");
        if (json == null) {
            return List.of();
        }
        if (!(json instanceof ArrayNode array)) {
            throw fields.refuse("tools", "must be a list of tools");
        }
        fields.requireCount("tools", array, TOOLS_MAX);
        List<Tool> tools = new ArrayList<>(array.size());
        Set<String> names = new HashSet<>();
        for (int i = 0; i < array.size(); i++) {
            Tool tool = tool(array.get(i), "tools[" + i + "]");
            if (!names.add(tool.name())) {
                throw fields.refuse("tools", "has two functions of the name " + tool.name());
            }
            tools.add(tool);
        }
        return tools;
    }

    private static Tool tool(JsonNode json, String where) {
        if (!(json instanceof ObjectNode object)) {
            throw new ApiException(ApiError.badField(where, where + " must be an object"));
        }
        JsonFields tool = new JsonFields(object, where + ".");
        String type = tool.text("type").orElse("");
        if (!type.equals("function")) {
            throw tool.refuse("type", "must be function: " + type);
        }
        JsonFields function = tool.object("function").orElseThrow(() -> tool.refuse("function", "is missing"));
        String name = function.text("name").orElse("");
        if (!NAME.matcher(name).matches()) {
            throw function.refuse("name", "must consist of 1 to 64 of the characters A-Z a-z 0-9 _ -");
        }
        function.text("description");
        boolean strict = function.flag("strict", false);
        ObjectNode parameters =
                function.object("parameters").map(RequestedTools::objectSchema).orElseGet(RequestedTools::noParameters);
        return new Tool(object, name, parameters, strict);
    }

    /** Arguments are always an object, whether their schema says so or not. */
    private static ObjectNode objectSchema(JsonFields parameters) {
        JsonNode type = parameters.get("type");
        if (type == null) {
            return parameters.json().deepCopy().put("type", "object");
        }
        if (!(type.isString() && type.stringValue().equals("object"))) {
            throw parameters.refuse("type", "must be object");
        }
        return parameters.json();
    }

    private static ObjectNode noParameters() {
        ObjectNode schema = Json.object().put("type", "object");
        schema.putObject("properties");
        return schema.put("additionalProperties", false);
    }

    private static Set<String> textParameters(ObjectNode parameters) {
        Set<String> texts = new HashSet<>();
        parameters.path("properties").properties().forEach(property -> {
            if (property.getValue().path("type").asString("").equals("string")) {
                texts.add(property.getKey());
            }
        });
        return texts;
    }

    private static Choice choice(JsonFields fields, List<Tool> tools) {
        JsonNode json = fields.get("tool_choice");
        if (json == null) {
            return tools.isEmpty() ? Choice.NONE : Choice.AUTO;
        }
        Choice choice = json.isObject() ? Choice.NAMED : worded(fields);
        if (choice == Choice.NONE || choice == Choice.AUTO) {
            return tools.isEmpty() ? Choice.NONE : choice;
        }
        if (tools.isEmpty()) {
            throw fields.refuse("tool_choice", "demands a call, but there are no tools");
        }
        if (choice == Choice.NAMED) {
            String name = named(fields);
            if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
                throw fields.refuse("tool_choice", "names " + name + ", which is none of the tools");
            }
        }
        return choice;
    }

    private static Choice worded(JsonFields fields) {
        JsonNode json = fields.get("tool_choice");
        String word = json != null && json.isString() ? json.stringValue() : "";
        return switch (word) {
            case "none" -> Choice.NONE;
            case "auto" -> Choice.AUTO;
            case "required" -> Choice.REQUIRED;
            default ->
                throw fields.refuse("tool_choice", "must be none, auto, required or an object that names a tool");
        };
    }

    private static String named(JsonFields fields) {
        JsonFields choice = fields.object("tool_choice").orElseThrow();
        String type = choice.text("type").orElse("");
        if (!type.equals("function")) {
            throw choice.refuse("type", "must be function: " + type);
        }
        return choice.object("function")
                .flatMap(function -> function.text("name"))
                .orElseThrow(() -> choice.refuse("function", "must have the name of a tool"));
    }
}
