package dev.weir.engine.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A tiny model directory of our own that opens; tests break one thing at a time. */
public final class ModelFixtures {

    static final String EMBEDDINGS = "model.embed_tokens.weight";
    static final String LM_HEAD = "lm_head.weight";
    static final String NORM = "model.norm.weight";

    private ModelFixtures() {}

    /** Writes a directory that opens. */
    public static Path write(Path directory) {
        json(directory, "config.json", config());
        json(directory, "generation_config.json", Map.of("eos_token_id", List.of(2, 3)));
        json(
                directory,
                "tokenizer_config.json",
                Map.of("bos_token", "<s>", "eos_token", Map.of("content", "</s>"), "chat_template", "{{ bos_token }}"));
        text(directory, "tokenizer.json", "{}");
        bytes(directory, "model.safetensors", safetensors(tensors()));
        return directory;
    }

    static Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("LlamaForCausalLM"));
        config.put("model_type", "llama");
        config.put("vocab_size", 8);
        config.put("hidden_size", 4);
        config.put("intermediate_size", 6);
        config.put("num_hidden_layers", 1);
        config.put("num_attention_heads", 2);
        config.put("num_key_value_heads", 1);
        config.put("max_position_embeddings", 32);
        config.put("rms_norm_eps", 1e-5);
        config.put("rope_theta", 10000.0);
        config.put("hidden_act", "silu");
        config.put("torch_dtype", "bfloat16");
        return config;
    }

    /** Each tensor's description; their bytes are all zero. */
    static Map<String, Object> tensors() {
        Map<String, Object> tensors = new LinkedHashMap<>();
        tensors.put("__metadata__", Map.of("format", "pt"));
        tensors.put(EMBEDDINGS, tensor("BF16", List.of(8, 4), 0, 64));
        tensors.put(LM_HEAD, tensor("F32", List.of(8, 4), 64, 192));
        tensors.put(NORM, tensor("F16", List.of(4), 192, 200));
        return tensors;
    }

    static Map<String, Object> tensor(Object dtype, Object shape, long begin, long end) {
        return Map.of("dtype", dtype, "shape", shape, "data_offsets", List.of(begin, end));
    }

    /** A file whose data part ends where the last tensor of {@link #tensors} does. */
    static byte[] safetensors(Map<String, Object> tensors) {
        return safetensors(JsonMapper.shared().writeValueAsBytes(tensors), 200);
    }

    static byte[] safetensors(byte[] header, int dataBytes) {
        return ByteBuffer.allocate(Long.BYTES + header.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }

    static Path json(Path directory, String name, Object value) {
        return bytes(directory, name, JsonMapper.shared().writeValueAsBytes(value));
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path text(Path directory, String name, String text) {
        return bytes(directory, name, text.getBytes(StandardCharsets.UTF_8));
    }

    static Path bytes(Path directory, String name, byte[] bytes) {
        Path file = directory.resolve(name);
        try {
            Files.deleteIfExists(
                    file); // some file systems write what is shortened to the disk at once: thousands of damaged files
            // then take minutes
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
