package dev.weir.control.evaluation.exchange;

import dev.weir.control.evaluation.golden.Check;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.golden.GoldenSet;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A set as a promptfoo configuration: one prompt, the conversation, and a test for each case. */
final class PromptfooWriter {
    private PromptfooWriter() {}

    static String write(GoldenSet set) {
        ObjectNode root = JsonMapper.shared().createObjectNode().put("description", "golden set " + set.hash());
        root.putArray("prompts").add("{{messages}}");
        ArrayNode tests = root.putArray("tests");
        set.cases().forEach(golden -> tests.add(test(golden)));
        DumperOptions block = new DumperOptions();
        block.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        return new Yaml(block).dump(JsonMapper.shared().convertValue(root, Map.class));
    }

    private static ObjectNode test(GoldenCase golden) {
        ObjectNode test = JsonMapper.shared().createObjectNode().put("description", golden.id());
        test.putObject("vars").put("messages", golden.messages().toString());
        ArrayNode assertions = test.putArray("assert");
        golden.checks().forEach(check -> assertions.add(assertion(check)));
        ObjectNode tags = test.putObject("metadata");
        golden.tags().forEach(tags::put);
        return test;
    }

    static ObjectNode assertion(Check check) {
        String type = switch (check.kind()) {
            case CONTAINS -> check.look().loose() ? "icontains" : "contains";
            case CONTAINS_ANY -> check.look().loose() ? "icontains-any" : "contains-any";
            case CONTAINS_ALL -> check.look().loose() ? "icontains-all" : "contains-all";
            case JSON_EQUALS -> "equals";
            default -> check.kind().text();
        };
        ObjectNode json = JsonMapper.shared().createObjectNode().put("type", (check.negated() ? "not-" : "") + type);
        if (check.value() != null) {
            json.set("value", check.value());
        }
        if (check.threshold() != null) {
            json.put("threshold", check.threshold());
        }
        if (check.weight() != 1) {
            json.put("weight", check.weight());
        }
        if (!check.metric().equals(check.kind().text())) {
            json.put("metric", check.metric());
        }
        return json;
    }
}
