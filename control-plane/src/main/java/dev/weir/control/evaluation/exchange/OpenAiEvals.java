package dev.weir.control.evaluation.exchange;

import dev.weir.control.evaluation.golden.Check;
import dev.weir.control.evaluation.golden.Check.Kind;
import dev.weir.control.evaluation.golden.Check.Look;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** OpenAI's evals: the registry's YAML and the samples that it names; the classes Match, Includes, FuzzyMatch and JsonMatch. */
final class OpenAiEvals {
    private OpenAiEvals() {}

    static Imported read(String text, Attachments attachments) {
        Drafts drafts = new Drafts();
        for (Map.Entry<String, JsonNode> entry : YamlTree.read(text).properties()) {
            if (!entry.getValue().has("class")) {
                continue; // names which version of an eval counts
            }
            String type = entry.getValue().path("class").asString("").replaceFirst(".*:", "");
            JsonNode arguments = entry.getValue().path("args");
            String path = arguments.path("samples_jsonl").asString("");
            Optional<String> samples = attachments.text(path);
            if (samples.isEmpty()) {
                drafts.leftOut(entry.getKey(), "the samples '" + path + "', which are not to be had");
                continue;
            }
            arguments.propertyNames().forEach(name -> {
                if (!name.equals("samples_jsonl")) {
                    drafts.leftOut(entry.getKey(), "the argument '" + name + "'");
                }
            });
            readSamples(entry.getKey(), type, samples.get(), drafts);
        }
        return drafts.done();
    }

    private static void readSamples(String name, String type, String samples, Drafts drafts) {
        int number = 0;
        for (String line : samples.lines().filter(line -> !line.isBlank()).toList()) {
            number++;
            String id = name + "/" + number;
            JsonNode sample = JsonMapper.shared().readTree(line);
            JsonNode input = sample.path("input");
            List<String> ideal = sample.path("ideal").isArray()
                    ? sample.path("ideal").valueStream().map(JsonNode::asString).toList()
                    : List.of(sample.path("ideal").asString(""));
            Optional<Check> check = check(type, ideal);
            if (check.isEmpty()) {
                drafts.leftOut(name, "the class '" + type + "'");
                return;
            }
            drafts.add(
                    id,
                    input.isArray() ? input : Drafts.user(input.asString("")),
                    ideal.getFirst(),
                    List.of(check.get()),
                    List.of(),
                    Map.of("eval", name));
        }
    }

    private static Optional<Check> check(String type, List<String> ideal) {
        ArrayNode texts = JsonMapper.shared().createArrayNode();
        ideal.forEach(texts::add);
        return switch (type) {
            // The answer begins with one of them.
            case "Match" ->
                Optional.of(
                        ideal.size() == 1
                                ? Check.of(Kind.STARTS_WITH, Drafts.text(ideal.getFirst()), Look.EXACT)
                                : Check.of(Kind.REGEX, Drafts.text(beginning(ideal)), Look.EXACT));
            case "Includes" -> Optional.of(Check.of(Kind.CONTAINS_ANY, texts, Look.EXACT));
            case "FuzzyMatch" -> Optional.of(Check.of(Kind.CONTAINS_ANY, texts, Look.LOOSE));
            case "JsonMatch" ->
                Optional.of(Check.of(Kind.JSON_EQUALS, JsonMapper.shared().readTree(ideal.getFirst()), Look.EXACT));
            default -> Optional.empty();
        };
    }

    private static String beginning(List<String> ideal) {
        return "^(?:"
                + String.join(
                        "|", ideal.stream().map(java.util.regex.Pattern::quote).toList()) + ")";
    }
}
