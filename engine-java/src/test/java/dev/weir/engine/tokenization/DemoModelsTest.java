package dev.weir.engine.tokenization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.model.ChatMessage;
import dev.weir.engine.model.ModelDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The models that the repository ships go through every reader. */
class DemoModelsTest {

    @ParameterizedTest
    @ValueSource(strings = {"weir-demo-fast", "weir-demo-mid", "weir-demo-power"})
    void openRenderAndRoundTrip(String name) {
        ModelDirectory model = ModelDirectory.open(Path.of("../models/demo", name));
        String prompt = model.chatTemplate(Clock.systemUTC())
                .orElseThrow()
                .render(List.of(ChatMessage.of("user", "When does the first ferry leave? \u26F4")), true, Map.of());
        assertThat(prompt).contains("When does the first ferry leave? \u26F4");
        try (DjlTokenizer tokenizer = DjlTokenizer.open(model.tokenizerFile())) {
            assertThat(tokenizer.vocabSize()).isLessThanOrEqualTo(model.config().vocabSize());
            int[] ids = tokenizer.encode(prompt, false);
            assertThat(tokenizer.decode(ids, false)).isEqualTo(prompt);
            assertThat(ids.length).isLessThan(prompt.length());
            assertThat(model.generationDefaults().eosTokenIds())
                    .isNotEmpty()
                    .allSatisfy(id -> assertThat(tokenizer.tokenBytes(id)).isEmpty());
        }
    }
}
