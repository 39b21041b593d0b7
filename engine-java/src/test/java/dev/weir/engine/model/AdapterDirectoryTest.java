package dev.weir.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class AdapterDirectoryTest {

    private static final String PROJECTION = "model.layers.0.self_attn.q_proj";

    @TempDir
    private Path directory;

    private static Map<String, Object> config() {
        Map<String, Object> config = new HashMap<>();
        config.put("peft_type", "LORA");
        config.put("r", 4);
        config.put("lora_alpha", 32);
        config.put("bias", "none");
        config.put("modules_to_save", null);
        config.put("rank_pattern", Map.of());
        config.put("use_dora", false);
        config.put("init_lora_weights", true);
        return config;
    }

    private AdapterDirectory open(Map<String, Object> config) {
        ModelFixtures.json(directory, "adapter_config.json", config);
        byte[] header = JsonMapper.shared()
                .writeValueAsBytes(Map.of(
                        "base_model.model." + PROJECTION + ".lora_A.weight",
                        ModelFixtures.tensor("F32", List.of(4, 8), 0, 128),
                        PROJECTION + ".lora_B.weight",
                        ModelFixtures.tensor("BF16", List.of(8, 4), 128, 192)));
        ModelFixtures.bytes(directory, "adapter_model.safetensors", ModelFixtures.safetensors(header, 192));
        return AdapterDirectory.open(directory);
    }

    @Test
    void tensorsAreCalledAfterTheModelsProjections() {
        AdapterDirectory adapter = open(config());
        assertThat(adapter.tensors())
                .extracting(TensorInfo::name)
                .containsExactly(PROJECTION + ".lora_A.weight", PROJECTION + ".lora_B.weight");
        assertThat(adapter.config()).isEqualTo(new AdapterConfig(4, 8));
        assertThat(adapter.sizeBytes()).isEqualTo(192);
    }

    @Test
    void rankStabilizedAdapterIsScaledByTheRootOfItsRank() {
        Map<String, Object> config = config();
        config.put("use_rslora", true);
        assertThat(open(config).config().scale()).isCloseTo(16, within(1e-6f));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "use_dora | true | use_dora is set, which is not served",
                "lora_bias | true | lora_bias is set",
                "fan_in_fan_out | true | fan_in_fan_out is set",
                "modules_to_save | [\"lm_head\"] | modules_to_save is set, which is not served; train without it, or merge",
                "rank_pattern | {\"q_proj\": 8} | rank_pattern is set",
                "alpha_pattern | {\"q_proj\": 8} | alpha_pattern is set",
                "layer_replication | [[0, 1]] | layer_replication is set",
                "trainable_token_indices | [1] | trainable_token_indices is set",
                "bias | \"all\" | bias is all, which is not served",
                "peft_type | \"IA3\" | peft_type is IA3, only LORA is served",
                "init_lora_weights | \"pissa_niter_4\" | init_lora_weights is pissa_niter_4, which changes the model's own weights",
                "r | 0 | r is 0, the limit is 256",
                "r | 257 | r is 257, the limit is 256",
                "r | null | r is missing",
                "lora_alpha | null | lora_alpha is missing",
                "lora_alpha | \"8\" | lora_alpha must be a finite number"
            })
    void whatIsNotComputedIsRefusedByName(String field, String value, String words) {
        Map<String, Object> config = config();
        config.put(field, JsonMapper.shared().readTree(value));
        assertThatThrownBy(() -> open(config))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("adapter_config.json: " + words);
    }

    @Test
    void initialWeightsThatLeaveTheModelAsItIsAreServed() {
        Map<String, Object> config = config();
        config.put("init_lora_weights", "gaussian");
        assertThat(open(config).config().rank()).isEqualTo(4);
    }

    @Test
    void incompleteDirectoriesAreRefusedByName() throws IOException {
        assertThatThrownBy(() -> AdapterDirectory.open(directory.resolve("absent")))
                .hasMessageContaining("is no directory");
        assertThatThrownBy(() -> AdapterDirectory.open(directory))
                .hasMessageContaining("adapter_config.json: is missing");
        open(config());
        Files.delete(directory.resolve("adapter_model.safetensors"));
        assertThatThrownBy(() -> AdapterDirectory.open(directory))
                .hasMessageContaining("adapter_model.safetensors: is missing");
        ModelFixtures.text(directory, "adapter_model.bin", "x");
        assertThatThrownBy(() -> AdapterDirectory.open(directory))
                .hasMessageContainingAll("adapter_model.bin", "a pickle may run code; save as safetensors");
    }
}
