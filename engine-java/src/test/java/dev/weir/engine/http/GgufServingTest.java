package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.EngineConfig.ModelSource;
import dev.weir.engine.TestEngine;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.gguf.GgufConversion;
import dev.weir.engine.model.gguf.GgufModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * A demo model and GGUF files made of it, served side by side. GGUF has no name for how it cuts text into words, so the questions are such as
 * {@code gpt-2} cuts alike.
 */
class GgufServingTest {

    private static final Path ORIGINAL = Path.of("../models/demo/weir-demo-fast");

    @TempDir
    Path directory;

    @Test
    void chatIsAnsweredAsTheOriginalAnswersIt() {
        Path file = GgufConversion.write(ORIGINAL, DType.BF16, directory.resolve("converted.gguf"));
        try (TestEngine engine = start(new ModelSource(ORIGINAL, "original"), source(file));
                ApiClient client = new ApiClient(engine)) {
            for (String question :
                    List.of("Add 3 and 4.", "Which is the shortest way to the harbour?", "\u4f60\u597d")) {
                JsonNode original = answer(client, "original", question);
                JsonNode converted = answer(client, "converted", question);
                assertThat(converted.path("choices")).as(question).isEqualTo(original.path("choices"));
                assertThat(converted.path("usage")).as(question).isEqualTo(original.path("usage"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q6_K"})
    void quantizedFileAnswersAndStops(DType type) {
        Path file = GgufConversion.write(ORIGINAL, type, directory.resolve("small-00001-of-00001.gguf"));
        try (TestEngine engine = start(source(file));
                ApiClient client = new ApiClient(engine)) {
            JsonNode choice =
                    answer(client, "small", "Add 3 and 4.").path("choices").path(0);
            assertThat(choice.path("message").path("content").asString()).isNotEmpty();
            assertThat(choice.path("finish_reason").asString())
                    .as(choice.toString())
                    .isEqualTo("stop");
        }
    }

    private static ModelSource source(Path file) {
        return new ModelSource(file, GgufModel.nameOf(file));
    }

    private static TestEngine start(ModelSource... models) {
        return TestEngine.start(TestEngine.Setup.defaults(), List.of(models));
    }

    private static JsonNode answer(ApiClient client, String model, String question) {
        ApiClient.Answer answer = client.post("/v1/chat/completions", """
                {"model":"%s","messages":[{"role":"user","content":"%s"}],"temperature":0,"max_completion_tokens":64}
                """.formatted(model, question));
        assertThat(answer.status()).as(answer.http().body()).isEqualTo(200);
        return answer.json();
    }
}
