package dev.weir.models.format;

import dev.weir.models.tokenizer.BpeVocabulary;
import dev.weir.models.training.LlamaShape;
import dev.weir.models.training.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A trained model as an ordinary Hugging Face Llama directory (the tokenizer's files are {@code TokenizerFiles}' part). */
public final class ModelDirectory {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ModelDirectory() {}

    public static void write(Path directory, Weights weights, BpeVocabulary vocabulary) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("config.json"),
                MAPPER.writeValueAsString(configuration(weights.shape(), vocabulary)) + "\n");
        SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors(weights));
    }

    private static Map<String, Object> configuration(LlamaShape shape, BpeVocabulary vocabulary) {
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("architectures", List.of("LlamaForCausalLM"));
        configuration.put("model_type", "llama");
        configuration.put("vocab_size", shape.vocabulary());
        configuration.put("hidden_size", shape.hidden());
        configuration.put("intermediate_size", shape.intermediate());
        configuration.put("num_hidden_layers", shape.layers());
        configuration.put("num_attention_heads", shape.heads());
        configuration.put("num_key_value_heads", shape.kvHeads());
        configuration.put("head_dim", shape.headSize());
        configuration.put("hidden_act", "silu");
        configuration.put("max_position_embeddings", shape.contextTokens());
        configuration.put("rms_norm_eps", LlamaShape.NORM_EPSILON);
        configuration.put("rope_theta", LlamaShape.ROPE_THETA);
        configuration.put("attention_bias", false);
        configuration.put("mlp_bias", false);
        configuration.put("tie_word_embeddings", true);
        configuration.put("bos_token_id", vocabulary.idOfSpecial(BpeVocabulary.TEXT_END));
        configuration.put(
                "eos_token_id",
                List.of(
                        vocabulary.idOfSpecial(BpeVocabulary.MESSAGE_END),
                        vocabulary.idOfSpecial(BpeVocabulary.TEXT_END)));
        configuration.put("torch_dtype", "bfloat16");
        return configuration;
    }

    private static List<SafetensorsWriter.Tensor> tensors(Weights weights) {
        LlamaShape shape = weights.shape();
        int hidden = shape.hidden();
        List<SafetensorsWriter.Tensor> tensors = new ArrayList<>();
        tensors.add(rows("model.embed_tokens.weight", weights.get("embedding"), 0, shape.vocabulary()));
        float[] ones = new float[hidden];
        Arrays.fill(ones, 1f);
        for (int layer = 0; layer < shape.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            Weights.Matrix qkv = weights.get("qkv." + layer);
            int keysFrom = shape.queryWidth();
            int valuesFrom = keysFrom + shape.kvWidth();
            tensors.add(new SafetensorsWriter.Tensor(prefix + "input_layernorm.weight", List.of(hidden), ones));
            tensors.add(rows(prefix + "self_attn.q_proj.weight", qkv, 0, keysFrom));
            tensors.add(rows(prefix + "self_attn.k_proj.weight", qkv, keysFrom, valuesFrom));
            tensors.add(rows(prefix + "self_attn.v_proj.weight", qkv, valuesFrom, qkv.rows()));
            tensors.add(rows(prefix + "self_attn.o_proj.weight", weights.get("output." + layer), 0, hidden));
            tensors.add(
                    new SafetensorsWriter.Tensor(prefix + "post_attention_layernorm.weight", List.of(hidden), ones));
            Weights.Matrix gateUp = weights.get("gate_up." + layer);
            tensors.add(rows(prefix + "mlp.gate_proj.weight", gateUp, 0, shape.intermediate()));
            tensors.add(rows(prefix + "mlp.up_proj.weight", gateUp, shape.intermediate(), gateUp.rows()));
            tensors.add(rows(prefix + "mlp.down_proj.weight", weights.get("down." + layer), 0, hidden));
        }
        tensors.add(new SafetensorsWriter.Tensor(
                "model.norm.weight", List.of(hidden), weights.get("norm").values()));
        return tensors;
    }

    private static SafetensorsWriter.Tensor rows(String name, Weights.Matrix matrix, int from, int to) {
        float[] values = Arrays.copyOfRange(matrix.values(), from * matrix.columns(), to * matrix.columns());
        return new SafetensorsWriter.Tensor(name, List.of(to - from, matrix.columns()), values);
    }
}
