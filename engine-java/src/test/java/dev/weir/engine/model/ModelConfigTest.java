package dev.weir.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ModelConfigTest {

    @TempDir
    Path directory;

    private final Map<String, Object> config = ModelFixtures.config();

    @Test
    void derivesWhatLlamaLeavesOut() {
        config.remove("num_key_value_heads");
        ModelConfig read = read();
        assertThat(read.attention())
                .isEqualTo(new AttentionShape(2, 2, 2, false, false, QkNorm.NONE, (float) (1 / Math.sqrt(2)), 0));
        assertThat(read.tiedEmbeddings()).isFalse();
        assertThat(read.declaredDtype()).isEqualTo(DType.BF16);
        assertThat(read.experts()).isNull();
        assertThat(read.ropes()).containsExactly(new Rope(10_000, 2, new RopeScaling.None()));
        assertThat(read.layers()).containsExactly(LayerShape.PLAIN);
    }

    @Test
    void knowsTheBiasesOfLlama() {
        config.put("attention_bias", true);
        config.put("mlp_bias", true);
        ModelConfig read = read();
        assertThat(List.of(read.attention().qkvBias(), read.attention().outputBias(), read.mlpBias()))
                .containsExactly(true, true, true);
    }

    @Test
    void knowsThatQwen2HasBiasesAndAnUnusedWindow() {
        become("qwen2", "Qwen2ForCausalLM");
        config.put("use_sliding_window", false);
        config.put("sliding_window", 4096);
        ModelConfig read = read();
        assertThat(List.of(read.attention().qkvBias(), read.attention().outputBias()))
                .containsExactly(true, false);
        assertThat(read.layers()).containsExactly(LayerShape.PLAIN);
    }

    @Test
    void knowsThatQwen3NormalisesHeads() {
        become("qwen3", "Qwen3ForCausalLM");
        config.put("head_dim", 32);
        ModelConfig read = read();
        assertThat(read.attention().qkvBias()).isFalse();
        assertThat(read.attention().qkNorm()).isEqualTo(QkNorm.HEAD);
        assertThat(read.attention().headSize()).isEqualTo(32);
    }

    @Test
    void readsRopeInBothSpellings() {
        Map<String, Object> llama3 = Map.of(
                "rope_type", "llama3",
                "factor", 8.0,
                "low_freq_factor", 1.0,
                "high_freq_factor", 4.0,
                "original_max_position_embeddings", 8192);
        config.put("rope_theta", 500000.0);
        config.put("rope_scaling", llama3);
        RopeScaling expected = new RopeScaling.Llama3(8, 1, 4, 8192);
        assertThat(scaling()).isEqualTo(expected);
        config.remove("rope_scaling");
        config.remove("rope_theta");
        Map<String, Object> parameters = new HashMap<>(llama3);
        parameters.put("rope_theta", 500000.0);
        config.put("rope_parameters", parameters);
        assertThat(scaling()).isEqualTo(expected);
        assertThat(read().ropes().getFirst().theta()).isEqualTo(500000.0);
        config.put("rope_parameters", Map.of("rope_type", "default", "rope_theta", 1000.0));
        assertThat(scaling()).isEqualTo(new RopeScaling.None());
        config.remove("rope_parameters");
        config.put("rope_scaling", Map.of("type", "linear", "factor", 2));
        assertThat(scaling()).isEqualTo(new RopeScaling.Linear(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vocab_size | 0 | vocab_size must be in [1,",
                "vocab_size | -5 | vocab_size must be in [1,",
                "vocab_size | 2147483647 | vocab_size must be in [1,",
                "vocab_size | 2147483648 | vocab_size must be an integer of 32 bits",
                "vocab_size | 8.5 | vocab_size must be an integer",
                "vocab_size | \"8\" | vocab_size must be an integer",
                "vocab_size | null | vocab_size is missing",
                "hidden_size | 5 | num_attention_heads (2) must divide hidden_size (5)",
                "hidden_size | 6 | head_dim must be even: 3",
                "num_attention_heads | 0 | num_attention_heads (0)",
                "num_attention_heads | 3 | head_dim",
                "num_key_value_heads | 4 | num_key_value_heads (4) must divide",
                "num_hidden_layers | 100000 | num_hidden_layers must be in",
                "max_position_embeddings | null | max_position_embeddings is missing",
                "rms_norm_eps | 0 | rms_norm_eps must be in (0, 1)",
                "rms_norm_eps | -1e-5 | rms_norm_eps must be in (0, 1)",
                "rope_theta | 0.5 | rope_theta must be at least 1",
                "rope_theta | 1e400 | rope_theta must be a finite number",
                "hidden_act | \"gelu\" | hidden_act is \"gelu\"",
                "torch_dtype | \"float8_e4m3fn\" | torch_dtype is \"float8_e4m3fn\"",
                "dtype | \"int4\" | dtype is \"int4\"",
                "tie_word_embeddings | 1 | tie_word_embeddings must be true or false",
                "quantization_config | {\"bits\":4} | only unquantized weights",
                "layer_types | [\"full_attention\",\"full_attention\"] | layer_types names 2 layers, but num_hidden_layers is 1",
                "layer_types | [\"sliding_attention\"] | layer_types gives layer 0 \"sliding_attention\", but model_type \"llama\" has full_attention there",
                "partial_rotary_factor | 0.5 | partial_rotary_factor is 0.5, which is not supported",
                "use_bidirectional_attention | true | use_bidirectional_attention is true",
                "model_type | \"gemma\" | supported: llama (LlamaForCausalLM)",
                "architectures | [\"LlamaForSequenceClassification\"] | architectures is [LlamaForSequenceClassification]",
                "architectures | [\"Qwen2ForCausalLM\"] | not supported for model_type \"llama\"",
                "architectures | \"LlamaForCausalLM\" | architectures must be a list of strings",
                "rope_scaling | {\"rope_type\":\"dynamic\",\"factor\":4} | rope_scaling.rope_type is \"dynamic\"",
                "rope_scaling | {\"factor\":4} | rope_scaling.rope_type is missing",
                "rope_scaling | {\"type\":\"linear\"} | rope_scaling.factor is missing",
                "rope_scaling | {\"type\":\"linear\",\"factor\":0} | factor must be at least 1",
                "rope_scaling | 8 | rope_scaling must be an object",
                "rope_parameters | {\"full_attention\":{\"rope_theta\":1}} | rope_parameters.rope_type is missing"
            })
    void refusesByName(String field, String json, String reason) {
        config.put(field, "@@");
        String text = JsonMapper.shared().writeValueAsString(config).replace("\"@@\"", json);
        ModelFixtures.text(directory, "config.json", text);
        assertThatThrownBy(() -> ModelConfigReader.read(directory.resolve("config.json")))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("config.json: ")
                .hasMessageContaining(reason);
    }

    private void become(String modelType, String className) {
        config.put("model_type", modelType);
        config.put("architectures", List.of(className));
    }

    private RopeScaling scaling() {
        return read().ropes().getFirst().scaling();
    }

    private ModelConfig read() {
        return ModelConfigReader.read(ModelFixtures.json(directory, "config.json", config));
    }
}
