package dev.weir.engine.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.TestModels;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelConfig;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.ModelFormatException;
import dev.weir.engine.model.TensorInfo;
import dev.weir.engine.model.TensorInfo.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufModelTest {

    @TempDir
    Path directory;

    private static GgufWriter llama() {
        return GgufConversion.converted(TestModels.fixture(TestModels.TINY_LLAMA), DType.BF16);
    }

    private ModelDirectory open(GgufWriter writer) {
        return ModelDirectory.open(writer.write(directory.resolve("model.gguf")));
    }

    private void assertRefused(GgufWriter writer, String... parts) {
        assertThatThrownBy(() -> open(writer))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll(parts)
                .hasMessageNotContaining("\n");
    }

    static List<Path> fixtures() {
        return TestModels.fixtures().filter(GgufConversion::canExpress).toList();
    }

    /** Rows of floats stand for everything that a shape is made of; only the declared type is not kept. */
    @ParameterizedTest
    @MethodSource("fixtures")
    void shapeIsThatOfTheSource(Path fixture) {
        ModelConfig source = ModelDirectory.open(fixture).config();
        ModelConfig converted =
                open(GgufConversion.converted(fixture, DType.F32)).config();
        assertThat(converted)
                .usingRecursiveComparison()
                .ignoringFields("declaredDtype")
                .isEqualTo(source);
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void tensorsHaveTheNamesOfTheSource(Path fixture) {
        List<TensorInfo> source = ModelDirectory.open(fixture).weights().tensors();
        List<TensorInfo> converted =
                open(GgufConversion.converted(fixture, DType.F32)).weights().tensors();
        assertThat(converted)
                .extracting(TensorInfo::name)
                .containsExactlyInAnyOrderElementsOf(
                        source.stream().map(TensorInfo::name).toList());
        assertThat(converted)
                .filteredOn(tensor -> tensor.storage() == Storage.PAIRED_ROWS)
                .allSatisfy(tensor -> assertThat(tensor.name()).matches(".*self_attn\\.[qk]_proj\\.weight"));
    }

    @Test
    void answersEndWithTheTokensThatEndATurn() {
        ModelDirectory model = open(llama().put("tokenizer.ggml.eot_token_id", 1));
        assertThat(model.generationDefaults().eosTokenIds()).contains(296, 1);
    }

    @Test
    void samplingAndTemplatesAreTaken() {
        ModelDirectory model = open(llama().put("general.sampling.temp", 0.25f)
                .put("general.sampling.top_k", 7)
                .put("tokenizer.chat_templates", List.of("tool_use"))
                .put("tokenizer.chat_template.tool_use", "with tools"));
        assertThat(model.generationDefaults().temperature()).isEqualTo(0.25f);
        assertThat(model.generationDefaults().topK()).isEqualTo(7);
        assertThat(model.tokenizerSettings().templates()).containsEntry("tool_use", "with tools");
        assertThat(model.tokenizerSettings().specialTokens()).containsKeys("bos_token", "eos_token");
    }

    @Test
    void directoryIsItsOnlyModel() throws IOException {
        Path file = llama().write(directory.resolve("only.gguf"));
        assertThat(ModelDirectory.open(directory).path()).isEqualTo(file);
        Files.copy(file, directory.resolve("other.gguf"));
        assertThatThrownBy(() -> ModelDirectory.open(directory)).hasMessageContainingAll("several", "only", "other");
    }

    @ParameterizedTest
    @CsvSource({"a/x.gguf, x", "a/x-00001-of-00003.gguf, x", "a/x-Q4_K.gguf, x-Q4_K", "a/directory, directory"})
    void modelIsCalledAfterItsFile(Path path, String name) {
        assertThat(GgufModel.nameOf(path)).isEqualTo(name);
    }

    @Test
    void splitModelIsOne() {
        GgufWriter second = split(new GgufWriter(), 1);
        GgufWriter first = split(llama().moveLastTensorsTo(second, 5), 0);
        second.write(directory.resolve("model-00002-of-00002.gguf"));
        Path path = first.write(directory.resolve("model-00001-of-00002.gguf"));
        ModelDirectory whole = open(llama());
        ModelDirectory split = ModelDirectory.open(path);
        assertThat(split.weights().tensors())
                .extracting(TensorInfo::name)
                .containsExactlyInAnyOrderElementsOf(
                        whole.weights().tensors().stream().map(TensorInfo::name).toList());
        assertThat(split.weights().files()).hasSize(2);
        assertThatThrownBy(() -> ModelDirectory.open(directory.resolve("model-00002-of-00002.gguf")))
                .hasMessageContaining("give the first file");
    }

    private static GgufWriter split(GgufWriter writer, int number) {
        return writer.put("split.no", number).put("split.count", 2);
    }

    @Test
    void partOfASplitModelThatIsMissingIsNamed() {
        Path first = split(llama(), 0).write(directory.resolve("model-00001-of-00002.gguf"));
        assertThatThrownBy(() -> ModelDirectory.open(first))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("model-00002-of-00002.gguf");
        Path misnamed = split(llama(), 0).write(directory.resolve("model.gguf"));
        assertThatThrownBy(() -> ModelDirectory.open(misnamed)).hasMessageContaining("model-00001-of-00002.gguf");
    }

    @Test
    void whatIsNotUnderstoodIsRefusedByKey() {
        assertRefused(llama().put("general.architecture", "mamba"), "mamba", "supported: llama", "olmo2");
        assertRefused(llama().put("llama.residual_scale", 2f), "llama.residual_scale", "not understood");
        assertRefused(llama().put("llama.attention.causal", false), "llama.attention.causal");
        assertRefused(llama().put("llama.pooling_type", 2), "llama.pooling_type is 2");
        assertRefused(llama().put("llama.attention.head_count", List.of(4, 2, 4)), "differs between layers");
        assertRefused(llama().put("llama.attention.value_length", 8), "llama.attention.value_length");
        assertRefused(llama().put("llama.rope.dimension_count", 8), "llama.rope.dimension_count");
        assertRefused(llama().put("llama.rope.scaling.type", "longrope"), "longrope", "none, linear, yarn");
        assertRefused(llama().remove("llama.block_count"), "llama.block_count is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.patch_embd.weight", "blk.0.attn_sinks.weight", "blk.0.ffn_gate_exps.weight"})
    void tensorThatIsNotKnownIsRefusedByName(String name) {
        assertRefused(llama().tensor(name, new float[4]), name, "unknown for architecture llama");
    }

    @Test
    void vocabularyMustBeWhole() {
        assertRefused(llama().remove("tokenizer.ggml.tokens"), "tokenizer.ggml.tokens is missing");
        assertRefused(llama().put("tokenizer.ggml.token_type", List.of(1)), "token_type has 1 entries for 297 tokens");
        assertRefused(llama().put("tokenizer.ggml.eos_token_id", 297), "eos_token_id is 297, outside");
    }

    @Test
    void windowOfPhi3MayBeNone() {
        ModelDirectory model = open(GgufConversion.converted(TestModels.fixture("tiny-phi3"), DType.F32));
        assertThat(model.config().layers())
                .allSatisfy(layer -> assertThat(layer.attentionWindow()).isZero());
    }

    @Test
    void gemmaHasAWindowInFiveLayersOfSixWhereTheFileDoesNotSay() {
        GgufWriter gemma = GgufConversion.converted(TestModels.fixture("tiny-gemma3"), DType.F32);
        String key = "gemma3.attention.sliding_window_pattern";
        assertThat(windows(open(gemma.remove(key)))).containsExactly(9, 9, 9, 9);
        assertThat(windows(open(gemma.put(key, 2)))).containsExactly(9, 0, 9, 0);
        assertThat(windows(open(gemma.put(key, List.of(false, true, true, false)))))
                .containsExactly(0, 9, 9, 0);
        assertRefused(gemma.put(key, List.of(true)), key, "has 1 entries for 4 layers");
    }

    private static List<Integer> windows(ModelDirectory model) {
        return model.config().layers().stream()
                .map(layer -> layer.attentionWindow())
                .toList();
    }
}
