package dev.weir.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDirectoryTest {

    @TempDir
    Path directory;

    @BeforeEach
    void writeModel() {
        ModelFixtures.write(directory);
    }

    @Test
    void opensWhatIsComplete() {
        ModelDirectory model = ModelDirectory.open(directory);
        assertThat(model.config().vocabSize()).isEqualTo(8);
        assertThat(model.weights().sizeBytes()).isEqualTo(200);
        assertThat(model.generationDefaults().eosTokenIds()).containsExactlyInAnyOrder(2, 3);
        assertThat(model.tokenizerSettings().specialTokens())
                .isEqualTo(Map.of("bos_token", "<s>", "eos_token", "</s>"));
        assertThat(model.chatTemplate(Clock.systemUTC()).orElseThrow().render(List.of(), true, Map.of()))
                .isEqualTo("<s>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "tokenizer.json", "model.safetensors"})
    void namesTheFileThatIsMissing(String name) throws IOException {
        Files.delete(directory.resolve(name));
        refused(name.endsWith("safetensors") ? "safetensors" : name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"generation_config.json", "tokenizer_config.json"})
    void doesWithoutWhatIsOptional(String name) throws IOException {
        Files.delete(directory.resolve(name));
        assertThat(ModelDirectory.open(directory).config().layerCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "generation_config.json", "tokenizer_config.json"})
    void namesTheFileAndPlaceOfMalformedJson(String name) {
        ModelFixtures.text(directory, name, "{\"model_type\": \"llama\",\n \"vocab_size\" 3}");
        refused(name, "malformed JSON at line 2");
    }

    @Test
    void refusesTheSameKeyTwice() {
        ModelFixtures.text(directory, "config.json", "{\"model_type\": \"llama\", \"model_type\": \"qwen2\"}");
        refused("config.json", "model_type");
    }

    @Test
    void saysThatADirectoryIsNone() {
        assertThatThrownBy(() -> ModelDirectory.open(directory.resolve("nowhere")))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("is no directory");
    }

    @Test
    void wantsAHeadWhereEmbeddingsAreNotTied() {
        Map<String, Object> tensors = ModelFixtures.tensors();
        tensors.put("another.weight", tensors.remove(ModelFixtures.LM_HEAD));
        ModelFixtures.bytes(directory, "model.safetensors", ModelFixtures.safetensors(tensors));
        refused("lm_head.weight is missing", "tie_word_embeddings");
        Map<String, Object> config = ModelFixtures.config();
        config.put("tie_word_embeddings", true);
        ModelFixtures.json(directory, "config.json", config);
        assertThat(ModelDirectory.open(directory).config().tiedEmbeddings()).isTrue();
    }

    @Test
    void refusesWeightsOfAnotherModel() {
        Map<String, Object> config = ModelFixtures.config();
        config.put("vocab_size", 9);
        ModelFixtures.json(directory, "config.json", config);
        refused("embed_tokens", "[8, 4]", "[9, 4]");
    }

    @Test
    void readsTheAuthorsDefaults() {
        ModelFixtures.json(
                directory,
                "generation_config.json",
                Map.of("eos_token_id", 5, "temperature", 0.6, "top_p", 0.9, "top_k", 20, "min_p", 0.1));
        assertThat(ModelDirectory.open(directory).generationDefaults())
                .isEqualTo(new GenerationDefaults(Set.of(5), 0.6f, 20, 0.9f, 0.1f));
        ModelFixtures.json(
                directory, "generation_config.json", Map.of("do_sample", false, "temperature", 0.6, "top_k", -1));
        GenerationDefaults greedy = ModelDirectory.open(directory).generationDefaults();
        assertThat(greedy.temperature()).isEqualTo(0);
        assertThat(greedy.topK()).isEqualTo(0);
    }

    @Test
    void takesTheEndOfSequenceOfTheConfigWhereItAloneHasOne() {
        Map<String, Object> config = ModelFixtures.config();
        config.put("eos_token_id", 7);
        ModelFixtures.json(directory, "config.json", config);
        ModelFixtures.json(directory, "generation_config.json", Map.of());
        assertThat(ModelDirectory.open(directory).generationDefaults().eosTokenIds())
                .containsExactly(7);
    }

    @Test
    void refusesDefaultsThatCannotBe() {
        refusedDefault(Map.of("eos_token_id", 8), "eos_token_id holds 8, outside the vocabulary of 8 ids");
        refusedDefault(Map.of("eos_token_id", -1), "eos_token_id holds -1");
        refusedDefault(Map.of("eos_token_id", "x"), "eos_token_id must be an integer");
        refusedDefault(Map.of("temperature", 5), "temperature must be in [0, 2]");
        refusedDefault(Map.of("top_p", 0), "topP must be in (0, 1]");
        refusedDefault(Map.of("min_p", 1.0), "minP must be in [0, 1)");
        refusedDefault(Map.of("top_k", 1.5), "top_k must be an integer");
        refusedDefault(Map.of("do_sample", "yes"), "do_sample must be true or false");
    }

    private void refusedDefault(Map<String, Object> defaults, String reason) {
        ModelFixtures.json(directory, "generation_config.json", defaults);
        refused("generation_config.json", reason);
    }

    @Test
    void findsTemplatesInEveryPlace() {
        ModelFixtures.json(
                directory,
                "tokenizer_config.json",
                Map.of(
                        "chat_template",
                        List.of(
                                Map.of("name", "default", "template", "plain"),
                                Map.of("name", "tool_use", "template", "tools"))));
        assertThat(ModelDirectory.open(directory).tokenizerSettings().templates())
                .isEqualTo(Map.of("default", "plain", "tool_use", "tools"));
        ModelFixtures.text(directory, "chat_template.jinja", "from its own file");
        assertThat(ModelDirectory.open(directory)
                        .chatTemplate(Clock.systemUTC())
                        .orElseThrow()
                        .render(List.of(), true, Map.of()))
                .isEqualTo("from its own file");
    }

    @Test
    void opensThirdPartyModels() {
        ThirdPartyTestdata.require("models");
        assertThat(TestModels.fromTestData())
                .allSatisfy(
                        model -> assertThat(ModelDirectory.open(model).config().vocabSize())
                                .isEqualTo(297))
                .isNotEmpty();
    }

    private void refused(String... fragments) {
        assertThatThrownBy(() -> ModelDirectory.open(directory))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll(fragments)
                .hasMessageNotContaining("\n");
    }
}
