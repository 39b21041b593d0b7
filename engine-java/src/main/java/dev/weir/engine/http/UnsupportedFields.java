package dev.weir.engine.http;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * Parameters of OpenAI and vLLM that would change the answer and that this engine does not know yet. They are refused by name unless
 * they ask for what happens anyway: an answer that quietly ignores its constraints is worse than none. What merely describes the request
 * ({@code user}, {@code metadata}, {@code store}, {@code prompt_cache_key} and the like) may be sent and has no
 * effect, as does every field unknown to both.
 */
final class UnsupportedFields {

    private record Rule(String name, Predicate<JsonNode> harmless) {}

    private static final List<Rule> RULES = List.of(
            new Rule("functions", UnsupportedFields::isEmpty),
            new Rule("function_call", oneOf("none", "auto")),
            new Rule("structured_outputs", UnsupportedFields::isEmpty),
            new Rule("logits_processors", UnsupportedFields::isEmpty),
            new Rule("length_penalty", number(1)),
            new Rule("best_of", value -> value.isIntegralNumber() && value.doubleValue() == 1),
            new Rule("use_beam_search", flag(false)),
            new Rule("bad_words", UnsupportedFields::isEmpty),
            new Rule("allowed_token_ids", _ -> false),
            new Rule("truncate_prompt_tokens", _ -> false),
            new Rule("suffix", value -> value.isString() && value.stringValue().isEmpty()),
            new Rule("include_stop_str_in_output", flag(false)),
            new Rule("continue_final_message", flag(false)),
            new Rule("documents", UnsupportedFields::isEmpty),
            new Rule("chat_template", _ -> false),
            new Rule("modalities", value -> value.size() == 1 && oneOf("text").test(value.get(0))),
            new Rule("audio", _ -> false),
            new Rule("web_search_options", _ -> false));

    /** Tools are shown by chat templates. */
    private static final List<Rule> CHAT_ONLY =
            List.of(new Rule("tools", UnsupportedFields::isEmpty), new Rule("tool_choice", oneOf("none", "auto")));

    /** A conversation is not a text that could be repeated. */
    private static final List<Rule> TEXT_ONLY = List.of(new Rule("echo", flag(false)));

    private UnsupportedFields() {}

    /** Refuses the first field of a chat completion that asks for something this engine does not do. */
    static void checkChat(JsonFields fields) {
        check(fields, RULES, "yet: leave it out or at its default");
        check(fields, TEXT_ONLY, "here: use /v1/completions");
    }

    /** The same of a text completion. */
    static void checkText(JsonFields fields) {
        check(fields, RULES, "yet: leave it out or at its default");
        check(fields, CHAT_ONLY, "here: use /v1/chat/completions");
    }

    private static void check(JsonFields fields, List<Rule> rules, String remedy) {
        for (Rule rule : rules) {
            JsonNode value = fields.get(rule.name());
            if (value != null && !rule.harmless().test(value)) {
                throw new ApiException(ApiError.notSupported(rule.name(), rule.name() + " is not supported " + remedy));
            }
        }
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isContainer() && value.isEmpty();
    }

    private static Predicate<JsonNode> oneOf(String... values) {
        Set<String> harmless = Set.of(values);
        return value -> value.isString() && harmless.contains(value.stringValue());
    }

    private static Predicate<JsonNode> number(double harmless) {
        return value -> value.isNumber() && value.doubleValue() == harmless;
    }

    private static Predicate<JsonNode> flag(boolean harmless) {
        return value -> value.isBoolean() && value.booleanValue() == harmless;
    }
}
