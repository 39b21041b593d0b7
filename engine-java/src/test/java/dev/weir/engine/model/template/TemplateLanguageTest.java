package dev.weir.engine.model.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Snippets of our own, one for each rule of the language that we found worth knowing. What is expected was put out by Jinja 3.1.6 in the
 * environment that Transformers sets up (immutable sandbox, trim_blocks, lstrip_blocks, loop controls, its tojson).
 */
class TemplateLanguageTest {

    private static final Clock CLOCK =
            Clock.fixed(LocalDateTime.of(2026, 3, 5, 7, 8, 9).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);

    @TestFactory
    Stream<DynamicTest> rendersAsJinjaDoes() throws IOException {
        JsonMapper mapper = JsonMapper.shared();
        JsonNode file;
        try (InputStream resource = getClass().getResourceAsStream("language.json")) {
            file = mapper.readTree(Objects.requireNonNull(resource));
        }
        @SuppressWarnings("unchecked")
        Map<String, Object> variables = mapper.convertValue(file.get("variables"), Map.class);
        return file.get("cases").valueStream().map(snippet -> {
            String source = snippet.get("template").stringValue();
            return DynamicTest.dynamicTest(source.strip(), () -> {
                if (snippet.has("expected")) {
                    assertThat(Template.parse(source).render(variables, CLOCK))
                            .isEqualTo(snippet.get("expected").stringValue());
                } else {
                    assertThatThrownBy(() -> Template.parse(source).render(variables, CLOCK))
                            .isInstanceOf(TemplateException.class)
                            .hasMessageNotContaining("\n");
                }
            });
        });
    }
}
