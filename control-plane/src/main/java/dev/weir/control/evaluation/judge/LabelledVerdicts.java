package dev.weir.control.evaluation.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers whose verdict is known, a line of JSON each: {@code {"question", "context", "answer", "passes"}}. Of the demo models' set the cases
 * of the type {@code judge} are such, in their own layout; its others are passed over.
 */
public final class LabelledVerdicts {
    private static final Pattern DEMO =
            Pattern.compile("(?s)Context:\\n(.*)\\n\\nQuestion: (.*?)\\nAnswer: (.*)\\n[^\\n]*");

    private LabelledVerdicts() {}

    public static List<Canary> read(String lines) {
        List<Canary> canaries = new ArrayList<>();
        int number = 0;
        for (String line : lines.lines().toList()) {
            number++;
            try {
                JsonNode json = JsonMapper.shared().readTree(line);
                if (json.has("passes")) {
                    canaries.add(plain(json));
                } else if (json.path("type").asString("").equals("judge")) {
                    canaries.add(demo(json));
                }
            } catch (JacksonException malformed) {
                // Not what stands there: the file may be another than was meant, and hold a secret.
                throw new IllegalArgumentException("line " + number + " is not JSON");
            }
        }
        if (canaries.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no labelled answer: lines have question, context, answer and passes");
        }
        return canaries;
    }

    private static Canary plain(JsonNode json) {
        Exhibit exhibit = new Exhibit(
                json.path("question").asString(""),
                json.has("context") ? List.of(json.path("context").asString("")) : List.of(),
                null,
                json.path("answer").asString(""));
        return new Canary(exhibit, json.path("passes").asBoolean(false));
    }

    private static Canary demo(JsonNode json) {
        JsonNode messages = json.path("messages");
        String asked = messages.path(messages.size() - 1).path("content").asString("");
        Matcher parts = DEMO.matcher(asked);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "the case " + json.path("id").asString("") + " is not laid out as a judge's");
        }
        Exhibit exhibit = new Exhibit(parts.group(2), List.of(parts.group(1)), null, parts.group(3));
        boolean passes = !json.path("expected").asString("").contains("Answer: unsupported");
        return new Canary(exhibit, passes);
    }
}
