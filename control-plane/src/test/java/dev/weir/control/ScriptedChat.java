package dev.weir.control;

import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Chat completions of a {@link ScriptedEngine}. */
final class ScriptedChat {
    private ScriptedChat() {}

    /** Answers what the function makes of everything that was said, system prompt and all. */
    static ScriptedEngine.Script answering(UnaryOperator<String> answers) {
        return exchange -> {
            StringBuilder said = new StringBuilder();
            for (JsonNode message :
                    JsonMapper.shared().readTree(exchange.request().body()).path("messages")) {
                said.append(message.path("content").asString("")).append('\n');
            }
            exchange.json(200, completion(answers.apply(said.toString())));
        };
    }

    static String completion(String text) {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        ObjectNode choice = body.putArray("choices").addObject().put("index", 0).put("finish_reason", "stop");
        choice.putObject("message").put("role", "assistant").put("content", text);
        body.putObject("usage")
                .put("prompt_tokens", 3)
                .put("completion_tokens", 2)
                .put("total_tokens", 5);
        return body.toString();
    }

    /** What a judge says of one answer. */
    static String verdict(boolean passes) {
        return "{\"evidence\":[],\"reasoning\":\"it %s\",\"verdict\":\"%s\",\"confidence\":0.9}"
                .formatted(passes ? "is right" : "is wrong", passes ? "pass" : "fail");
    }

    /** Which of two answers a judge prefers: {@code first}, {@code second} or {@code tie}. */
    static String choice(String better) {
        return "{\"evidence\":[],\"reasoning\":\"the %s one\",\"better\":\"%s\"}".formatted(better, better);
    }

    /** A judge that looks for a word: the answer that has it is right, and better than one that has not, wherever it stands. */
    static UnaryOperator<String> judgeWhoLooksFor(String word) {
        return said -> {
            int second = said.indexOf("<data second answer");
            if (second < 0) {
                return verdict(said.substring(said.indexOf("<data answer")).contains(word));
            }
            boolean inFirst =
                    said.substring(said.indexOf("<data first answer"), second).contains(word);
            boolean inSecond = said.substring(second).contains(word);
            return choice(inFirst == inSecond ? "tie" : inFirst ? "first" : "second");
        };
    }
}
