package dev.weir.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.json.JsonMapper;

class ChatTemplateTest {

    private static final Path ANYWHERE = Path.of("model");
    private static final Clock CLOCK = Clock.systemUTC();
    private static final Map<String, Object> TOOL_CALL = Map.of(
            "id", "1", "type", "function", "function", Map.of("name", "f", "arguments", "{\"city\": \"Z\u00fcrich\"}"));

    /** Real templates and what Transformers makes of them. */
    @TestFactory
    Stream<DynamicTest> rendersThirdPartyTemplatesAsTransformersDoes() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(ThirdPartyTestdata.require("chat-templates"))) {
            for (Path file : files.sorted().toList()) {
                Map<?, ?> model = JsonMapper.shared().readValue(Files.readAllBytes(file), Map.class);
                for (Object entry : (List<?>) requireNonNull(model.get("cases"))) {
                    Map<?, ?> example = (Map<?, ?>) entry;
                    tests.add(DynamicTest.dynamicTest(
                            model.get("name") + " " + example.get("case"), () -> check(model, example)));
                }
            }
        }
        return tests.stream();
    }

    private static void check(Map<?, ?> model, Map<?, ?> example) {
        LocalDateTime now = LocalDateTime.parse(String.valueOf(model.get("now")));
        Map<String, Object> input = new LinkedHashMap<>();
        ((Map<?, ?>) requireNonNull(example.get("input"))).forEach((key, value) -> input.put((String) key, value));
        List<ChatMessage> messages = new ArrayList<>();
        for (Object message : (List<?>) requireNonNull(input.remove("messages"))) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            ((Map<?, ?>) message).forEach((key, value) -> fields.put((String) key, value));
            messages.add(new ChatMessage(fields));
        }
        boolean generationPrompt = Boolean.TRUE.equals(input.remove("add_generation_prompt"));
        Map<String, String> specialTokens = Map.of(
                "bos_token", (String) requireNonNull(input.remove("bos_token")),
                "eos_token", (String) requireNonNull(input.remove("eos_token")));
        ChatTemplate template = template(
                Map.of("default", String.valueOf(model.get("template"))),
                specialTokens,
                Clock.fixed(now.toInstant(ZoneOffset.UTC), ZoneOffset.UTC));
        if (example.containsKey("expected")) {
            assertThat(template.render(messages, generationPrompt, input)).isEqualTo(example.get("expected"));
        } else {
            assertThatThrownBy(() -> template.render(messages, generationPrompt, input))
                    .as(String.valueOf(example.get("error")))
                    .isInstanceOf(ChatTemplateException.class);
        }
    }

    private static Object requireNonNull(@Nullable Object value) {
        return Objects.requireNonNull(value);
    }

    @Test
    void passesOnTheRefusalInTheAuthorsWords() {
        ChatTemplate template = template("{{ raise_exception('only\\nusers') }}");
        assertThatThrownBy(() -> template.render(List.of(), true, Map.of()))
                .isInstanceOfSatisfying(
                        ChatTemplateException.class,
                        e -> assertThat(e.refusedByTemplate()).isTrue())
                .hasMessage("only users");
    }

    @Test
    void saysWhereATemplateStumbles() {
        ChatTemplate template = template("a\n{{ messages[0].content.nothing.more }}");
        assertThatThrownBy(() -> template.render(List.of(ChatMessage.of("user", "x")), true, Map.of()))
                .isInstanceOfSatisfying(
                        ChatTemplateException.class,
                        e -> assertThat(e.refusedByTemplate()).isFalse())
                .hasMessageContaining("line 2");
    }

    @Test
    void joinsPartsForATemplateThatTakesTexts() {
        ChatTemplate template = template("{% for m in messages %}{{ m.content + ';' }}{% endfor %}");
        assertThat(template.render(List.of(parts("a", "b")), false, Map.of())).isEqualTo("a\nb;");
    }

    @Test
    void passesPartsToATemplateThatTakesThem() {
        ChatTemplate template = template(
                "{% for m in messages %}{% for p in m.content %}{% if p.type == 'text' %}<{{ p.text }}>{% endif %}{% endfor %}{% endfor %}");
        assertThat(template.render(List.of(parts("a", "b")), false, Map.of())).isEqualTo("<a><b>");
        assertThat(template.render(List.of(ChatMessage.of("user", "plain")), false, Map.of()))
                .isEqualTo("<plain>");
    }

    @Test
    void refusesPartsThatAreNoText() {
        ChatTemplate template = template("{% for m in messages %}{{ m.content }}{% endfor %}");
        Map<String, @Nullable Object> fields =
                new LinkedHashMap<>(Map.of("role", "user", "content", List.of(Map.of("type", "image_url"))));
        assertThatThrownBy(() -> template.render(List.of(new ChatMessage(fields)), false, Map.of()))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageContaining("image_url");
    }

    @Test
    void givesArgumentsAsObjects() {
        ChatTemplate template = template("{{ messages[0].tool_calls[0].function.arguments.city }}");
        assertThat(template.render(List.of(calling()), false, Map.of())).isEqualTo("Z\u00fcrich");
    }

    @Test
    void givesArgumentsAsTextToATemplateThatNeedsIt() {
        ChatTemplate template = template("{{ 'args: ' + messages[0].tool_calls[0].function.arguments }}");
        assertThat(template.render(List.of(calling()), false, Map.of())).isEqualTo("args: {\"city\": \"Z\u00fcrich\"}");
    }

    @Test
    void takesTheTemplateForToolsWhereToolsAreGiven() {
        ChatTemplate template =
                template(Map.of("default", "plain", "tool_use", "with {{ tools|length }}"), Map.of(), CLOCK);
        assertThat(template.render(List.of(), true, Map.of())).isEqualTo("plain");
        assertThat(template.render(List.of(), true, Map.of("tools", List.of(Map.of()))))
                .isEqualTo("with 1");
    }

    @Test
    void doesNotLetExtrasReplaceTheMessages() {
        ChatTemplate template =
                template("{{ messages|length }}{{ add_generation_prompt }}{{ tools is none }}{{ mood }}");
        Map<String, Object> extras = Map.of("messages", List.of(1, 2), "add_generation_prompt", true, "mood", "calm");
        assertThat(template.render(List.of(), false, extras)).isEqualTo("0FalseTruecalm");
    }

    @Test
    void changesEveryTextOfTheCallerButTheRoles() {
        ChatTemplate template = template("X{% for m in messages %} {{ m.role }} {{ m.content }}"
                + " {{ m.tool_calls[0].function.arguments | tojson }}{% endfor %} {{ tools | tojson }} {{ style }}");
        // Written so, the letter appears only when the arguments are parsed.
        Map<?, ?> call = Map.of("function", Map.of("name", "f", "arguments", "{\"a\": [\"\\u0058\"]}"));
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", "X");
        message.put("content", "aX");
        message.put("tool_calls", List.of(call));
        Map<String, Object> extras = Map.of("tools", List.of(Map.of("nameX", 1)), "style", "X");
        assertThat(template.render(List.of(new ChatMessage(message)), false, extras, text -> text.replace("X", "-")))
                .isEqualTo("X X a- {\"a\": [\"-\"]} [{\"name-\": 1}] -");
    }

    @Test
    void namesTheFileOfAMalformedTemplate() {
        TokenizerSettings settings = new TokenizerSettings(Map.of(), Map.of("default", "{{ 1 +"), null);
        assertThatThrownBy(() -> settings.chatTemplate(ANYWHERE, CLOCK))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("model: the chat template is malformed");
    }

    @Test
    void hasNoneWithoutASource() {
        assertThat(new TokenizerSettings(Map.of(), Map.of(), null).chatTemplate(ANYWHERE, CLOCK))
                .isEmpty();
    }

    private static ChatMessage parts(String first, String second) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("role", "user");
        fields.put("content", List.of(Map.of("type", "text", "text", first), Map.of("type", "text", "text", second)));
        return new ChatMessage(fields);
    }

    private static ChatMessage calling() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("role", "assistant");
        fields.put("content", null);
        fields.put("tool_calls", List.of(TOOL_CALL));
        return new ChatMessage(fields);
    }

    private static ChatTemplate template(String source) {
        return template(Map.of("default", source), Map.of(), CLOCK);
    }

    private static ChatTemplate template(Map<String, String> sources, Map<String, String> specialTokens, Clock clock) {
        return new TokenizerSettings(specialTokens, sources, null)
                .chatTemplate(ANYWHERE, clock)
                .orElseThrow();
    }
}
