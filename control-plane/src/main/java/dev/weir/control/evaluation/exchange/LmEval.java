package dev.weir.control.evaluation.exchange;

import dev.weir.control.evaluation.golden.Check;
import dev.weir.control.evaluation.golden.Check.Kind;
import dev.weir.control.evaluation.golden.Check.Look;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tasks of lm-evaluation-harness: those that generate, from local JSON, JSON lines or CSV, with templates of plain {@code {{field}}}s, scored
 * by exact match, BLEU or ROUGE-L.
 */
final class LmEval {
    private static final Set<String> READ = Set.of(
            "task",
            "dataset_path",
            "dataset_kwargs",
            "test_split",
            "validation_split",
            "output_type",
            "doc_to_text",
            "doc_to_target",
            "metric_list",
            "num_fewshot",
            "metadata",
            "tag",
            "group");

    private LmEval() {}

    static Imported read(String text, Attachments attachments) {
        if (text.contains("!function")) {
            throw new IllegalArgumentException(
                    "the task calls Python (!function), which is not done here: write doc_to_text and doc_to_target as templates");
        }
        JsonNode task = YamlTree.read(text);
        Drafts drafts = new Drafts();
        String name = task.path("task").asString("task");
        task.propertyNames().stream()
                .filter(field -> !READ.contains(field))
                .forEach(field -> drafts.leftOut(name, "'" + field + "'"));
        String output = task.path("output_type").asString("generate_until");
        if (!output.equals("generate_until")) {
            throw new IllegalArgumentException(
                    "output_type '" + output + "' compares probabilities of texts; only generate_until is done here");
        }
        if (task.path("num_fewshot").asInt(0) > 0) {
            drafts.leftOut(name, "num_fewshot: questions are asked without examples");
        }
        String question = template(task, "doc_to_text");
        String target = template(task, "doc_to_target");
        List<JsonNode> metrics = task.path("metric_list").isArray()
                ? task.path("metric_list").valueStream().toList()
                : List.of(JsonMapper.shared().createObjectNode().put("metric", "exact_match"));
        int number = 0;
        for (Map<String, String> document : documents(task, attachments)) {
            number++;
            String expected =
                    target.contains("{{") ? Drafts.filled(target, document) : document.getOrDefault(target, target);
            drafts.add(
                    name + "/" + number,
                    Drafts.user(Drafts.filled(question, document)),
                    expected.strip(),
                    checks(name, metrics, expected.strip(), drafts),
                    List.of(),
                    Map.of("task", name));
        }
        return drafts.done();
    }

    private static String template(JsonNode task, String field) {
        String template = task.path(field).asString("");
        if (template.isEmpty()) {
            throw new IllegalArgumentException("the task has no " + field);
        }
        if (Drafts.isBeyond(template)) {
            throw new IllegalArgumentException(field + " is more than {{fields}}, which is all that is read here");
        }
        return template;
    }

    private static List<Check> checks(String task, List<JsonNode> metrics, String expected, Drafts drafts) {
        List<Check> checks = new ArrayList<>();
        for (JsonNode metric : metrics) {
            String name = metric.path("metric").asString("");
            Optional<Kind> kind = switch (name) {
                case "exact_match" -> Optional.of(Kind.EQUALS);
                case "bleu" -> Optional.of(Kind.BLEU);
                case "rougeL", "rouge" -> Optional.of(Kind.ROUGE_L);
                default -> Optional.empty();
            };
            boolean loose = metric.path("ignore_case").asBoolean(false)
                    || metric.path("ignore_punctuation").asBoolean(false);
            kind.ifPresentOrElse(
                    found -> checks.add(Check.of(found, Drafts.text(expected), loose ? Look.LOOSE : Look.EXACT)),
                    () -> drafts.leftOut(task, "the metric '" + name + "'"));
        }
        return checks;
    }

    private static List<Map<String, String>> documents(JsonNode task, Attachments attachments) {
        JsonNode files = task.path("dataset_kwargs").path("data_files");
        String split =
                task.path("test_split").asString(task.path("validation_split").asString("test"));
        JsonNode file = files.isObject() ? files.path(split) : files;
        String path = file.isArray() ? file.path(0).asString("") : file.asString("");
        String text = attachments
                .text(path)
                .orElseThrow(() -> new IllegalArgumentException(
                        "the data_files of the split '" + split + "' ('" + path + "') are not to be had"));
        if (path.endsWith(".csv")) {
            List<List<String>> rows = CommaSeparated.rows(text);
            return rows.subList(1, rows.size()).stream()
                    .map(row -> {
                        Map<String, String> document = new LinkedHashMap<>();
                        for (int i = 0; i < Math.min(row.size(), rows.getFirst().size()); i++) {
                            document.put(rows.getFirst().get(i), row.get(i));
                        }
                        return document;
                    })
                    .toList();
        }
        List<JsonNode> documents = text.stripLeading().startsWith("[")
                ? JsonMapper.shared().readTree(text).valueStream().toList()
                : text.lines()
                        .filter(line -> !line.isBlank())
                        .map(line -> JsonMapper.shared().readTree(line))
                        .toList();
        return documents.stream().map(LmEval::fields).toList();
    }

    private static Map<String, String> fields(JsonNode document) {
        Map<String, String> fields = new LinkedHashMap<>();
        document.properties()
                .forEach(field -> fields.put(
                        field.getKey(),
                        field.getValue().isValueNode()
                                ? field.getValue().asString("")
                                : field.getValue().toString()));
        return fields;
    }
}
