package dev.weir.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What each architecture makes of its config.json: published files say much by leaving it out. */
class ArchitectureConfigTest {

    private static final int FULL = 0;

    @TempDir
    Path directory;

    private final Map<String, Object> config = ModelFixtures.config();

    // ---- windows ----

    @Test
    void mistralSlidesUnlessItsWindowIsNull() {
        become(Architecture.MISTRAL, 2);
        assertThat(windows()).containsExactly(4096, 4096);
        config.put("sliding_window", 8);
        assertThat(windows()).containsExactly(8, 8);
        config.put("sliding_window", null);
        assertThat(windows()).containsExactly(FULL, FULL);
    }

    @ParameterizedTest
    @EnumSource(names = {"MIXTRAL", "PHI3"})
    void mixtralAndPhi3SlideWhereAWindowIsGiven(Architecture architecture) {
        become(architecture, 2);
        assertThat(windows()).containsExactly(FULL, FULL);
        config.put("sliding_window", 2047);
        assertThat(windows()).containsExactly(2047, 2047);
    }

    @ParameterizedTest
    @EnumSource(names = {"QWEN2", "QWEN3"})
    void qwenSlidesFromALayerOnIfItsWindowIsUsed(Architecture architecture) {
        become(architecture, 4);
        config.put("sliding_window", 16);
        config.put("max_window_layers", 3);
        assertThat(windows()).containsExactly(FULL, FULL, FULL, FULL);
        config.put("use_sliding_window", true);
        assertThat(windows()).containsExactly(FULL, FULL, FULL, 16);
        config.remove("max_window_layers");
        assertThat(windows()).as("it is 28").containsExactly(FULL, FULL, FULL, FULL);
        config.put("layer_types", layerTypes("sfsf"));
        assertThat(windows()).containsExactly(16, FULL, 16, FULL);
    }

    @Test
    void qwen3MoeSlidesInAllLayersOrInNone() {
        become(Architecture.QWEN3_MOE, 2);
        config.put("sliding_window", 16);
        assertThat(windows()).containsExactly(FULL, FULL);
        config.put("use_sliding_window", true);
        assertThat(windows()).containsExactly(16, 16);
    }

    @Test
    void gemma2SlidesInEveryOtherLayer() {
        become(Architecture.GEMMA2, 4);
        assertThat(windows()).containsExactly(4096, FULL, 4096, FULL);
        config.put("sliding_window", 8);
        config.put("layer_types", layerTypes("sffs"));
        assertThat(windows()).containsExactly(8, FULL, FULL, 8);
    }

    @Test
    void gemma3SlidesInFiveLayersOfSixByARopeOfTheirOwn() {
        become(Architecture.GEMMA3, 7);
        config.put("sliding_window", 512);
        config.put("rope_theta", 1_000_000);
        config.put("rope_local_base_freq", 20_000);
        config.put("rope_scaling", Map.of("rope_type", "linear", "factor", 8));
        ModelConfig read = read();
        assertThat(windows()).containsExactly(512, 512, 512, 512, 512, FULL, 512);
        assertThat(ropeThetas(read)).containsExactly(20e3, 20e3, 20e3, 20e3, 20e3, 1e6, 20e3);
        assertThat(read.ropes())
                .containsExactly(
                        new Rope(1e6, 256, new RopeScaling.Linear(8)), new Rope(20e3, 256, new RopeScaling.None()));
        config.put("sliding_window_pattern", 2);
        assertThat(windows()).containsExactly(512, FULL, 512, FULL, 512, FULL, 512);
    }

    @Test
    void gemma3SaysTheSameInTheSpellingOfTransformers5() {
        become(Architecture.GEMMA3, 2);
        config.put("layer_types", layerTypes("sf"));
        config.put(
                "rope_parameters",
                Map.of(
                        "sliding_attention", Map.of("rope_type", "default", "rope_theta", 20_000),
                        "full_attention", Map.of("rope_type", "linear", "factor", 8, "rope_theta", 500_000)));
        ModelConfig read = read();
        assertThat(ropeThetas(read)).containsExactly(20e3, 500e3);
        assertThat(read.ropes().getFirst().scaling()).isEqualTo(new RopeScaling.Linear(8));
    }

    @ParameterizedTest
    @EnumSource(names = {"LLAMA", "OLMO2"})
    void theOthersHaveNoWindowWhateverTheirFilesSay(Architecture architecture) {
        become(architecture, 1);
        config.put("sliding_window", 16);
        config.put("use_sliding_window", true);
        assertThat(windows()).containsExactly(FULL);
    }

    // ---- norms, scales and caps ----

    @Test
    void gemmaScalesItsEmbeddingsByARootRoundedToTheWeightsType() {
        become(Architecture.GEMMA2, 1);
        config.put("hidden_size", 3584);
        assertThat(read().embeddingScale()).as("bfloat16").isEqualTo(59.75f);
        config.put("torch_dtype", "float16");
        assertThat(read().embeddingScale()).as("float16").isEqualTo(59.875f);
        config.put("torch_dtype", "float32");
        assertThat(read().embeddingScale()).as("float32").isEqualTo((float) Math.sqrt(3584));
    }

    @Test
    void gemma2CapsUnlessItsCapsAreNull() {
        become(Architecture.GEMMA2, 1);
        assertThat(caps()).containsExactly(50f, 30f);
        config.put("attn_logit_softcapping", 5);
        config.put("final_logit_softcapping", null);
        assertThat(caps()).containsExactly(5f, 0f);
    }

    @Test
    void gemma3HasNoCapsUnlessItsFileSaysSo() {
        become(Architecture.GEMMA3, 1);
        assertThat(caps()).containsExactly(0f, 0f);
        config.put("final_logit_softcapping", 30);
        assertThat(caps()).containsExactly(0f, 30f);
    }

    @ParameterizedTest
    @EnumSource(names = {"GEMMA2", "GEMMA3"})
    void gemmaHasDefaultsOfItsOwn(Architecture architecture) {
        become(architecture, 1);
        config.put("num_attention_heads", 8);
        config.remove("num_key_value_heads");
        config.put("hidden_act", "gelu"); // a leftover that nothing reads
        ModelConfig read = read();
        assertThat(read.tiedEmbeddings()).isTrue();
        assertThat(read.normPlusOne()).isTrue();
        assertThat(read.activation()).isEqualTo(Activation.GELU_TANH);
        assertThat(read.attention().headSize()).isEqualTo(256);
        assertThat(read.attention().kvHeadCount()).isEqualTo(4);
        assertThat(read.attention().scale()).isEqualTo(1 / 16f);
        config.put("query_pre_attn_scalar", 144);
        assertThat(read().attention().scale()).isEqualTo(1 / 12f);
    }

    @Test
    void keysAreNormedByHeadOrAsAWhole() {
        Map<Architecture, QkNorm> normed = new HashMap<>();
        for (Architecture architecture : Architecture.values()) {
            become(architecture, 1);
            normed.put(architecture, read().attention().qkNorm());
        }
        normed.values().removeIf(norm -> norm == QkNorm.NONE);
        assertThat(normed)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        Architecture.QWEN3, QkNorm.HEAD,
                        Architecture.QWEN3_MOE, QkNorm.HEAD,
                        Architecture.GEMMA3, QkNorm.HEAD,
                        Architecture.OLMO2, QkNorm.PROJECTION));
    }

    // ---- experts ----

    @Test
    void mixtralHasExpertsInEveryLayer() {
        become(Architecture.MIXTRAL, 2);
        assertThat(read().experts()).isEqualTo(new ExpertsShape(8, 2, 6, true));
        config.put("num_local_experts", 4);
        config.put("num_experts_per_tok", 1);
        assertThat(read().experts()).isEqualTo(new ExpertsShape(4, 1, 6, true));
        assertThat(sparse()).containsExactly(true, true);
    }

    @Test
    void qwen3MoeChoosesItsSparseLayers() {
        become(Architecture.QWEN3_MOE, 6);
        assertThat(read().experts()).isEqualTo(new ExpertsShape(128, 8, 768, false));
        assertThat(sparse()).containsOnly(true);
        config.put("decoder_sparse_step", 2);
        config.put("mlp_only_layers", List.of(3, 4, 99));
        config.put("norm_topk_prob", true);
        assertThat(sparse()).containsExactly(false, true, false, false, false, true);
        assertThat(read().experts()).isEqualTo(new ExpertsShape(128, 8, 768, true));
    }

    // ---- RoPE ----

    @Test
    void phi3TurnsAPartOfEachHead() {
        become(Architecture.PHI3, 1);
        config.put("head_dim", 128);
        config.put("partial_rotary_factor", 0.75);
        assertThat(read().ropes().getFirst().rotarySize()).isEqualTo(96);
    }

    @Test
    void longRopeTakesTheListOfTheContextThatIsServed() {
        become(Architecture.PHI3, 1);
        config.put("head_dim", 4);
        config.put("original_max_position_embeddings", 4096);
        config.put(
                "rope_scaling",
                Map.of("type", "longrope", "short_factor", List.of(1.0, 1.5), "long_factor", List.of(1, 30)));
        config.put("max_position_embeddings", 4096);
        Rope plain = read().ropes().getFirst();
        assertThat(plain.frequencies()).containsExactly(1, 0.01 / 1.5f);
        assertThat(plain.amplitude()).isEqualTo(1);
        config.put("max_position_embeddings", 131_072);
        Rope stretched = read().ropes().getFirst();
        assertThat(stretched.frequencies()).containsExactly(1, 0.01 / 30);
        assertThat(stretched.amplitude()).as("that of Phi-3-mini-128k").isCloseTo(1.190238f, within(1e-6f));
        ModelConfig shortened = read().servedWithin(4096);
        assertThat(shortened.ropes().getFirst().frequencies()).containsExactly(1, 0.01 / 1.5f);
        assertThat(shortened.ropes().getFirst().amplitude()).isEqualTo(stretched.amplitude());
        assertThat(shortened.contextTokensMax()).isEqualTo(131_072);
        assertThat(read().servedWithin(4097).ropes().getFirst().frequencies()).isEqualTo(stretched.frequencies());
        assertThat(read().servedWithin(1 << 20)).isEqualTo(read());
    }

    @ParameterizedTest
    @CsvSource({"su", "yarn"})
    void phi3sFirstNamesOfLongRopeAreUnderstood(String name) {
        become(Architecture.PHI3, 1);
        config.put("rope_scaling", Map.of("type", name, "short_factor", List.of(2), "long_factor", List.of(3)));
        assertThat(scaling()).isEqualTo(new RopeScaling.LongRope(List.of(2f), List.of(3f), 4096, 32, 1));
    }

    @Test
    void yarnSlowsOnlyLongWavesDownAndStretchesTheContext() {
        become(Architecture.QWEN2, 1);
        config.put("head_dim", 128);
        config.put("rope_theta", 1_000_000);
        config.put("max_position_embeddings", 32_768);
        config.put("rope_scaling", Map.of("type", "yarn", "factor", 4.0, "original_max_position_embeddings", 32_768));
        ModelConfig read = read();
        assertThat(read.contextTokensMax()).isEqualTo(131_072);
        Rope rope = read.ropes().getFirst();
        assertThat(rope.amplitude()).isCloseTo((float) (0.1 * Math.log(4) + 1), within(1e-7f));
        double[] scaled = rope.frequencies();
        double[] plain = new Rope(1e6, 128, new RopeScaling.None()).frequencies();
        // 64 pairs; 32 turns within 32,768 tokens are between pairs 23 and 24, one turn is between 39 and 40
        assertThat(slowedBy(plain, scaled, 0)).isEqualTo(1);
        assertThat(slowedBy(plain, scaled, 23)).isEqualTo(1);
        assertThat(slowedBy(plain, scaled, 24)).isGreaterThan(1);
        assertThat(slowedBy(plain, scaled, 39)).isLessThan(4);
        assertThat(slowedBy(plain, scaled, 40)).isCloseTo(4, within(1e-12));
        assertThat(slowedBy(plain, scaled, 63)).isCloseTo(4, within(1e-12));
    }

    @Test
    void aContextThatIsStretchedAlreadyStaysAsItIs() {
        become(Architecture.QWEN3, 1);
        config.put("max_position_embeddings", 131_072);
        config.put("rope_scaling", Map.of("type", "yarn", "original_max_position_embeddings", 32_768));
        ModelConfig read = read();
        assertThat(read.contextTokensMax()).isEqualTo(131_072);
        assertThat(((RopeScaling.Yarn) read.ropes().getFirst().scaling()).factor())
                .isEqualTo(4);
        config.put("max_position_embeddings", 16_000_000);
        config.put("rope_scaling", Map.of("type", "yarn", "factor", 1000));
        assertThat(read().contextTokensMax()).as("the limit").isEqualTo(ModelConfig.CONTEXT_TOKENS_MAX);
    }

    // ---- refusals ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MISTRAL | layer_types | [\"sliding_attention\",\"full_attention\"] | layer 1 \"full_attention\", but model_type \"mistral\" has sliding_attention there",
                "MISTRAL | sliding_window | 0 | sliding_window must be in [1,",
                "MISTRAL | sliding_window | -1 | sliding_window must be in [1,",
                "QWEN2 | layer_types | [\"full_attention\",\"sliding_attention\"] | no sliding_window is in use",
                "QWEN3 | layer_types | [\"full_attention\",\"chunked_attention\"] | layer 1 \"chunked_attention\", but model_type \"qwen3\" has full_attention or",
                "GEMMA2 | sliding_window | null | no sliding_window is in use",
                "GEMMA2 | query_pre_attn_scalar | 0 | query_pre_attn_scalar must be positive",
                "GEMMA2 | attn_logit_softcapping | -1 | attn_logit_softcapping must not be negative",
                "GEMMA2 | final_logit_softcapping | -0.5 | final_logit_softcapping must not be negative",
                "GEMMA2 | hidden_activation | \"gelu\" | hidden_activation is \"gelu\"",
                "GEMMA3 | sliding_window_pattern | 0 | sliding_window_pattern must be in [1,",
                "GEMMA3 | use_bidirectional_attention | true | use_bidirectional_attention is true",
                "GEMMA3 | rope_local_base_freq | 0 | rope_theta must be at least 1",
                "MIXTRAL | num_local_experts | 0 | the number of experts must be in [1,",
                "MIXTRAL | num_experts_per_tok | 9 | num_experts_per_tok must be in [1, 8]",
                "QWEN3_MOE | num_experts | 2000 | the number of experts must be in [1,",
                "QWEN3_MOE | num_experts_per_tok | 65 | num_experts_per_tok must be in [1, 64]",
                "QWEN3_MOE | moe_intermediate_size | 0 | the experts' intermediate size must be in [1,",
                "QWEN3_MOE | decoder_sparse_step | 0 | decoder_sparse_step must be in [1,",
                "QWEN3_MOE | mlp_only_layers | \"1\" | mlp_only_layers must be an integer",
                "PHI3 | partial_rotary_factor | 1.5 | partial_rotary_factor is 1.5",
                "PHI3 | partial_rotary_factor | 0.1 | the rotated part of a head must be even and at least 2: 0",
                "PHI3 | original_max_position_embeddings | -4 | original_max_position_embeddings must be positive",
                "PHI3 | rope_scaling | {\"type\":\"longrope\",\"long_factor\":[1]} | short_factor is missing",
                "PHI3 | rope_scaling | {\"type\":\"su\",\"short_factor\":[1,2],\"long_factor\":[1]} | 1 pairs needs as many factors, not 2",
                "PHI3 | rope_scaling | {\"type\":\"su\",\"short_factor\":[0],\"long_factor\":[1]} | factors of a RoPE must be positive",
                "PHI3 | rope_scaling | {\"type\":\"su\",\"short_factor\":1} | short_factor must be a list of numbers",
                "QWEN2 | rope_scaling | {\"type\":\"yarn\",\"factor\":0.5} | factor must be at least 1",
                "QWEN2 | rope_scaling | {\"type\":\"yarn\",\"factor\":2,\"beta_fast\":1} | beta_slow must be above 0",
                "QWEN2 | rope_scaling | {\"type\":\"yarn\",\"factor\":2,\"attention_factor\":0} | attention_factor must be",
                "QWEN2 | rope_scaling | {\"type\":\"yarn\",\"factor\":2,\"rope_theta\":1} | rope_theta must be above 1",
                "QWEN2 | rope_scaling | {\"type\":\"mrope\",\"mrope_section\":[1]} | rope_type is \"mrope\""
            })
    void refusesByName(Architecture architecture, String field, String json, String reason) {
        become(architecture, 2);
        if (field.equals("original_max_position_embeddings")) {
            config.put(
                    "rope_scaling", Map.of("type", "longrope", "short_factor", List.of(1), "long_factor", List.of(1)));
        }
        config.put(field, value(JsonMapper.shared().readTree(json)));
        assertThatThrownBy(this::read)
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("config.json: ")
                .hasMessageContaining(reason);
    }

    private static @Nullable Object value(JsonNode json) {
        return json.isNull() ? null : json;
    }

    private void become(Architecture architecture, int layerCount) {
        config.put("model_type", architecture.modelType());
        config.put("architectures", List.of(architecture.className()));
        config.put("num_hidden_layers", layerCount);
    }

    /** From one letter for each layer. */
    private static List<String> layerTypes(String letters) {
        return letters.chars()
                .mapToObj(letter -> letter == 's' ? "sliding_attention" : "full_attention")
                .toList();
    }

    private List<Integer> windows() {
        return read().layers().stream().map(LayerShape::attentionWindow).toList();
    }

    private List<Boolean> sparse() {
        return read().layers().stream().map(LayerShape::sparse).toList();
    }

    private static List<Double> ropeThetas(ModelConfig config) {
        return config.layers().stream()
                .map(layer -> config.ropes().get(layer.ropeIndex()).theta())
                .toList();
    }

    private List<Float> caps() {
        ModelConfig read = read();
        return List.of(read.attention().softcap(), read.logitSoftcap());
    }

    private RopeScaling scaling() {
        return read().ropes().getFirst().scaling();
    }

    private static double slowedBy(double[] plain, double[] scaled, int pair) {
        return plain[pair] / scaled[pair];
    }

    private ModelConfig read() {
        return ModelConfigReader.read(ModelFixtures.json(directory, "config.json", config));
    }
}
