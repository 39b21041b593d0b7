package dev.weir.control.evaluation.exchange;

import dev.weir.control.evaluation.golden.CaseJson;
import dev.weir.control.evaluation.golden.Check;
import dev.weir.control.evaluation.golden.Check.Kind;
import dev.weir.control.evaluation.golden.Check.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A case in each line, as {@link CaseJson} writes it; or a row of question and answer, as most tools export them:
 * {@code input} (or {@code question}, {@code prompt}, {@code messages}) and {@code expected} (or {@code expectedOutput}, {@code ideal},
 * {@code output}, {@code answer}), with {@code metadata} and {@code context}. A row may say by which {@code rule} answers are compared, as
 * the demo models' set does.
 */
final class JsonLines {
    private static final List<String> QUESTIONS = List.of("messages", "input", "question", "prompt");
    private static final List<String> ANSWERS =
            List.of("expected", "expectedOutput", "expected_output", "ideal", "output", "answer", "reference");
    private static final Set<String> OTHERS = Set.of("id", "metadata", "tags", "context", "rule");

    private JsonLines() {}

    static Imported read(String text) {
        Drafts drafts = new Drafts();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (!line.isBlank()) {
                readLine(line, number, drafts);
            }
        }
        return drafts.done();
    }

    private static void readLine(String line, int number, Drafts drafts) {
        try {
            JsonNode json = JsonMapper.shared().readTree(line);
            if (CaseJson.isCase(json)) {
                drafts.add(CaseJson.read(line));
            } else {
                readRow(json, number, drafts);
            }
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException("line " + number + " is not JSON: " + malformed.getOriginalMessage());
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException("line " + number + ": " + refused.getMessage());
        }
    }

    private static void readRow(JsonNode row, int number, Drafts drafts) {
        String id = row.path("id").asString("line-" + number);
        JsonNode question = first(row, QUESTIONS);
        JsonNode answer = first(row, ANSWERS);
        if (question.isMissingNode() || answer.isMissingNode()) {
            throw new IllegalArgumentException("a row has a question (" + String.join(", ", QUESTIONS)
                    + ") and an answer (" + String.join(", ", ANSWERS) + ")");
        }
        JsonNode messages = messages(question);
        List<String> answers =
                answer.isArray() ? answer.valueStream().map(JsonLines::textOf).toList() : List.of(textOf(answer));
        Map<String, String> tags = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : row.properties()) {
            String name = field.getKey();
            if (Set.of("metadata", "tags").contains(name)) {
                field.getValue().properties().forEach(tag -> tag(tag, tags, drafts, id));
            } else if (!OTHERS.contains(name) && !QUESTIONS.contains(name) && !ANSWERS.contains(name)) {
                tag(field, tags, drafts, id);
            }
        }
        List<String> context = row.path("context").isArray()
                ? row.path("context").valueStream().map(JsonLines::textOf).toList()
                : row.has("context") ? List.of(textOf(row.path("context"))) : List.of();
        drafts.add(
                id,
                messages,
                answers.getFirst(),
                List.of(check(row.path("rule").asString("EXACT"), answers)),
                context,
                tags);
    }

    private static void tag(Map.Entry<String, JsonNode> field, Map<String, String> tags, Drafts drafts, String id) {
        if (field.getValue().isValueNode()) {
            tags.put(field.getKey(), field.getValue().asString(""));
        } else {
            drafts.leftOut(id, "the field '" + field.getKey() + "', which is no plain value");
        }
    }

    private static JsonNode messages(JsonNode question) {
        if (question.isArray()) {
            return question;
        }
        return question.path("messages").isArray() ? question.path("messages") : Drafts.user(textOf(question));
    }

    private static Check check(String rule, List<String> answers) {
        String expected = answers.getFirst();
        return switch (rule.toUpperCase(Locale.ROOT)) {
            case "EXACT" ->
                answers.size() == 1 ? Check.of(Kind.EQUALS, Drafts.text(expected), Look.LOOSE) : anyOf(answers);
            case "JSON" -> Check.of(Kind.JSON_EQUALS, JsonMapper.shared().readTree(expected), Look.EXACT);
            case "FINAL" -> Check.of(Kind.EQUALS, Drafts.text(behind(expected, "Answer:")), new Look(true, "Answer:"));
            default ->
                throw new IllegalArgumentException("there is no rule '" + rule + "': there are EXACT, JSON, FINAL");
        };
    }

    private static Check anyOf(List<String> answers) {
        List<JsonNode> texts = new ArrayList<>();
        answers.forEach(answer -> texts.add(Drafts.text(answer)));
        return Check.of(Kind.CONTAINS_ANY, JsonMapper.shared().createArrayNode().addAll(texts), Look.LOOSE);
    }

    static String behind(String text, String mark) {
        int at = text.lastIndexOf(mark);
        return at < 0 ? text : text.substring(at + mark.length()).strip();
    }

    private static JsonNode first(JsonNode row, List<String> names) {
        return names.stream().filter(row::has).findFirst().map(row::path).orElseGet(() -> row.path("\0"));
    }

    private static String textOf(JsonNode node) {
        return node.isValueNode() ? node.asString("") : node.toString();
    }
}
