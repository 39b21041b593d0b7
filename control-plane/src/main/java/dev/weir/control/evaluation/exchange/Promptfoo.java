package dev.weir.control.evaluation.exchange;

import dev.weir.control.evaluation.golden.Check;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** promptfoo's configurations (YAML or JSON) and tables of tests (CSV): every prompt times every test is a case. */
final class Promptfoo {
    private static final String FILE = "file://";
    private static final List<String> PROMPT_COLUMNS = List.of("prompt", "question", "input");

    private final Attachments attachments;
    private final Drafts drafts = new Drafts();

    Promptfoo(Attachments attachments) {
        this.attachments = attachments;
    }

    Imported readConfiguration(String text) {
        JsonNode root = YamlTree.read(text);
        List<String> prompts = prompts(root.path("prompts"));
        List<JsonNode> tests = tests(root.path("tests"));
        JsonNode defaults = root.path("defaultTest");
        for (String name : root.propertyNames()) {
            if (!List.of("prompts", "tests", "defaultTest", "providers", "targets", "description")
                    .contains(name)) {
                drafts.leftOut("configuration", "'" + name + "'");
            }
        }
        for (int p = 0; p < prompts.size(); p++) {
            for (int t = 0; t < tests.size(); t++) {
                String id = (prompts.size() > 1 ? "prompt-" + (p + 1) + "/" : "") + "test-" + (t + 1);
                addTest(id, prompts.get(p), tests.get(t), defaults);
            }
        }
        return drafts.done();
    }

    Imported readTable(String text) {
        List<JsonNode> tests = table(text);
        for (int t = 0; t < tests.size(); t++) {
            JsonNode variables = tests.get(t).path("vars");
            String column = PROMPT_COLUMNS.stream()
                    .filter(variables::has)
                    .findFirst()
                    .or(() -> variables.propertyNames().size() == 1
                            ? variables.propertyNames().stream().findFirst()
                            : Optional.empty())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "a table needs a column prompt, question or input, or just one that is not __expected"));
            addTest(
                    "row-" + (t + 1),
                    "{{" + column + "}}",
                    tests.get(t),
                    JsonMapper.shared().missingNode());
        }
        return drafts.done();
    }

    private List<String> prompts(JsonNode node) {
        List<String> prompts = new ArrayList<>();
        for (JsonNode prompt :
                node.isArray() ? node : JsonMapper.shared().createArrayNode().add(node)) {
            String text = prompt.isObject()
                    ? prompt.path("raw").asString(prompt.path("id").asString(""))
                    : prompt.asString("");
            Optional<String> found = text.startsWith(FILE) ? attached(text) : Optional.of(text);
            if (found.isEmpty() || found.get().isBlank()) {
                drafts.leftOut("prompt " + (prompts.size() + 1), "'" + text + "', which is not to be had");
            } else if (Drafts.isBeyond(found.get())) {
                drafts.leftOut("prompt " + (prompts.size() + 1), "a template that is more than {{variables}}");
            } else {
                prompts.add(found.get());
            }
        }
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("there is no prompt that can be read");
        }
        return prompts;
    }

    private List<JsonNode> tests(JsonNode node) {
        List<JsonNode> tests = new ArrayList<>();
        for (JsonNode test :
                node.isArray() ? node : JsonMapper.shared().createArrayNode().add(node)) {
            if (!test.isString()) {
                tests.add(test);
                continue;
            }
            Optional<String> text = attached(test.asString());
            if (text.isEmpty()) {
                drafts.leftOut("tests", "'" + test.asString() + "', which is not to be had");
            } else if (test.asString().endsWith(".csv")) {
                tests.addAll(table(text.get()));
            } else if (test.asString().endsWith(".jsonl")) {
                text.get()
                        .lines()
                        .filter(line -> !line.isBlank())
                        .map(YamlTree::read)
                        .forEach(tests::add);
            } else {
                tests(YamlTree.read(text.get())).forEach(tests::add);
            }
        }
        return tests;
    }

    private Optional<String> attached(String reference) {
        String path = reference.startsWith(FILE) ? reference.substring(FILE.length()) : reference;
        return path.matches(".*\\.(js|ts|py|mjs|cjs|xlsx)(:.*)?") ? Optional.empty() : attachments.text(path);
    }

    private void addTest(String id, String prompt, JsonNode test, JsonNode defaults) {
        Map<String, String> variables = new LinkedHashMap<>();
        Map<String, String> tags = new TreeMap<>();
        List<Check> checks = new ArrayList<>();
        for (JsonNode part : List.of(defaults, test)) {
            part.path("vars").properties().forEach(variable -> {
                if (variable.getValue().isValueNode()) {
                    variables.put(variable.getKey(), variable.getValue().asString(""));
                } else {
                    drafts.leftOut(id, "the variable '" + variable.getKey() + "', which is no plain value");
                }
            });
            part.path("metadata")
                    .properties()
                    .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asString("")));
        }
        for (JsonNode part : List.of(defaults, test)) {
            readAssertions(id, part.path("assert"), variables, checks);
            part.path("options").propertyNames().forEach(option -> drafts.leftOut(id, "the option '" + option + "'"));
        }
        List<String> context =
                variables.containsKey("context") ? List.of(String.valueOf(variables.get("context"))) : List.of();
        drafts.add(id, messages(prompt, variables), reference(checks), checks, context, tags);
    }

    private void readAssertions(String id, JsonNode assertions, Map<String, String> variables, List<Check> checks) {
        for (JsonNode assertion : assertions) {
            String type = assertion.path("type").asString("equals");
            if (type.equals("assert-set")) {
                readAssertions(id, assertion.path("assert"), variables, checks);
                continue;
            }
            if (assertion.has("transform")
                    || assertion.path("value").asString("").startsWith(FILE)) {
                drafts.leftOut(id, "'" + type + "' with a transform or a file");
                continue;
            }
            try {
                Assertions.check(assertion, variables)
                        .ifPresentOrElse(checks::add, () -> drafts.leftOut(id, "the assertion '" + type + "'"));
            } catch (IllegalArgumentException refused) {
                drafts.leftOut(id, "the assertion '" + type + "': " + refused.getMessage());
            }
        }
    }

    /** A prompt that is JSON is a conversation. */
    private static JsonNode messages(String prompt, Map<String, String> variables) {
        if (prompt.stripLeading().startsWith("[")) {
            try {
                ArrayNode filled = JsonMapper.shared().createArrayNode();
                for (JsonNode message : JsonMapper.shared().readTree(prompt)) {
                    filled.addObject()
                            .put("role", message.path("role").asString("user"))
                            .put(
                                    "content",
                                    Drafts.filled(message.path("content").asString(""), variables));
                }
                return filled;
            } catch (JacksonException _) {
                // A prompt that only begins like one.
            }
        }
        return Drafts.user(Drafts.filled(prompt, variables));
    }

    private static @Nullable String reference(List<Check> checks) {
        return checks.stream()
                .filter(check -> !check.negated()
                        && List.of(Check.Kind.EQUALS, Check.Kind.SIMILAR).contains(check.kind()))
                .map(Check::text)
                .findFirst()
                .orElse(null);
    }

    /** The rows as tests. */
    private List<JsonNode> table(String text) {
        List<List<String>> rows = CommaSeparated.rows(text);
        List<String> names = rows.getFirst();
        List<JsonNode> tests = new ArrayList<>();
        for (List<String> row : rows.subList(1, rows.size())) {
            if (row.size() != names.size()) {
                throw new IllegalArgumentException("row " + (tests.size() + 1) + " has " + row.size()
                        + " fields, but there are " + names.size() + " columns");
            }
            tests.add(test(names, row, "row-" + (tests.size() + 1)));
        }
        return tests;
    }

    private JsonNode test(List<String> names, List<String> row, String id) {
        var test = JsonMapper.shared().createObjectNode();
        Map<String, String> cells = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            cells.put(names.get(i).strip(), row.get(i));
        }
        var variables = test.putObject("vars");
        Map<String, String> values = new LinkedHashMap<>();
        cells.forEach((name, value) -> {
            if (!name.startsWith("__")) {
                variables.put(name, value);
                values.put(name, value);
            }
        });
        String metric = cells.get("__metric");
        Double threshold = Optional.ofNullable(cells.get("__threshold"))
                .filter(cell -> !cell.isBlank())
                .map(Double::valueOf)
                .orElse(null);
        cells.forEach((name, value) -> {
            if (name.startsWith("__expected") && !value.isBlank()) {
                Assertions.check(value, threshold, values)
                        .ifPresentOrElse(
                                check -> test.withArray("assert").add(written(check, metric)),
                                () -> drafts.leftOut(id, "the assertion '" + value.replaceFirst(":.*", "") + "'"));
            } else if (name.startsWith("__metadata:")) {
                test.withObject("/metadata")
                        .put(name.substring("__metadata:".length()).replace("[]", ""), value);
            } else if (name.startsWith("__")
                    && !List.of("__metric", "__threshold").contains(name)
                    && !name.startsWith("__expected")
                    && !name.equals("__description")) {
                drafts.leftOut("table", "the column '" + name + "'");
            }
        });
        return test;
    }

    private static JsonNode written(Check check, @Nullable String metric) {
        JsonNode json = PromptfooWriter.assertion(check);
        if (metric != null && !metric.isBlank() && json instanceof tools.jackson.databind.node.ObjectNode object) {
            object.put("metric", metric);
        }
        return json;
    }
}
