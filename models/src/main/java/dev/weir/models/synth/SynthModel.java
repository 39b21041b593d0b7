package dev.weir.models.synth;

import dev.weir.models.format.GgufHeader;
import dev.weir.models.format.SafetensorsHeader;
import dev.weir.models.format.StoredType;
import dev.weir.models.tokenizer.BpeVocabulary;
import dev.weir.models.tokenizer.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model that can be written.
 *
 * @param type of its matrices; vectors have it too in a Hugging Face directory, and are F32 in GGUF, as converters leave them
 */
public record SynthModel(SynthShape shape, StoredType type, long seed) {
    private static final int NORMAL_TOKEN = 1;
    private static final int CONTROL_TOKEN = 3;

    /** Numbers of a file's tensors take so many bytes. */
    public long weightBytes(boolean gguf) {
        return shape.tensors().stream()
                .mapToLong(tensor -> bytesOf(tensor, gguf ? typeInGguf(tensor) : type))
                .sum();
    }

    private static long bytesOf(SynthTensor tensor, StoredType type) {
        return tensor.rows() * type.bytesOf(tensor.columns());
    }

    private StoredType typeInGguf(SynthTensor tensor) {
        return tensor.isVector() ? StoredType.F32 : type;
    }

    /** Writes {@code config.json}, the tokenizer's files and {@code model.safetensors}. */
    public void writeHuggingFace(Path directory, LongConsumer writtenBytes) throws IOException {
        Files.createDirectories(directory);
        BpeVocabulary vocabulary = SynthVocabulary.of(shape.vocabulary());
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(
                directory.resolve("config.json"), mapper.writeValueAsString(configuration(vocabulary)) + "\n");
        new TokenizerFiles(vocabulary).write(directory, SynthShape.CONTEXT_TOKENS);
        SafetensorsHeader header = new SafetensorsHeader();
        shape.tensors().forEach(tensor -> header.tensor(tensor.name(), type, tensor.shape(), bytesOf(tensor, type)));
        RandomRows rows = new RandomRows(seed);
        try (RowFile file = new RowFile(directory.resolve("model.safetensors"), header.bytes(), writtenBytes)) {
            for (SynthTensor tensor : shape.tensors()) {
                for (int row = 0; row < tensor.rows(); row++) {
                    int source = row;
                    file.row(tensor.columns(), type, values -> rows.fill(tensor, source, values));
                }
            }
            file.complete();
        }
    }

    /** Writes one file with everything in it. */
    public void writeGguf(Path target, LongConsumer writtenBytes) throws IOException {
        GgufHeader header = metadata(SynthVocabulary.of(shape.vocabulary()));
        for (SynthTensor tensor : shape.tensors()) {
            StoredType held = typeInGguf(tensor);
            header.tensor(tensor.ggufName(), held, tensor.shape(), bytesOf(tensor, held));
        }
        RandomRows rows = new RandomRows(seed);
        try (RowFile file = new RowFile(target, header.bytes(), writtenBytes)) {
            for (SynthTensor tensor : shape.tensors()) {
                StoredType held = typeInGguf(tensor);
                for (int row = 0; row < tensor.rows(); row++) {
                    int source = tensor.rowInGguf(row);
                    file.row(tensor.columns(), held, values -> rows.fill(tensor, source, values));
                }
                file.zeros(GgufHeader.padding(bytesOf(tensor, held)));
            }
            file.complete();
        }
    }

    private Map<String, Object> configuration(BpeVocabulary vocabulary) {
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("architectures", List.of(shape.family().huggingFaceClass()));
        configuration.put("model_type", shape.family().modelType());
        configuration.put("vocab_size", shape.vocabulary());
        configuration.put("hidden_size", shape.hidden());
        configuration.put("intermediate_size", shape.intermediate());
        configuration.put("num_hidden_layers", shape.layers());
        configuration.put("num_attention_heads", shape.heads());
        configuration.put("num_key_value_heads", shape.kvHeads());
        configuration.put("head_dim", shape.headSize());
        configuration.put("hidden_act", "silu");
        configuration.put("max_position_embeddings", SynthShape.CONTEXT_TOKENS);
        configuration.put("rms_norm_eps", SynthShape.NORM_EPSILON);
        configuration.put("rope_theta", shape.ropeTheta());
        configuration.put("tie_word_embeddings", shape.tiedEmbeddings());
        configuration.put("bos_token_id", vocabulary.idOfSpecial(BpeVocabulary.TEXT_END));
        configuration.put("eos_token_id", vocabulary.idOfSpecial(BpeVocabulary.MESSAGE_END));
        configuration.put(
                "torch_dtype",
                switch (type) {
                    case F32 -> "float32";
                    case F16 -> "float16";
                    case BF16 -> "bfloat16";
                    case Q8_0, Q4_0 -> throw new IllegalArgumentException("no Hugging Face directory holds " + type);
                });
        return configuration;
    }

    private GgufHeader metadata(BpeVocabulary vocabulary) {
        String prefix = shape.family().modelType() + ".";
        GgufHeader header = new GgufHeader()
                .put("general.architecture", shape.family().modelType())
                .put("general.name", "Weir synthetic " + shape)
                .put("general.file_type", type.ggufFileType())
                .put("general.quantization_version", 2)
                .put(prefix + "block_count", shape.layers())
                .put(prefix + "context_length", SynthShape.CONTEXT_TOKENS)
                .put(prefix + "embedding_length", shape.hidden())
                .put(prefix + "feed_forward_length", shape.intermediate())
                .put(prefix + "attention.head_count", shape.heads())
                .put(prefix + "attention.head_count_kv", shape.kvHeads())
                .put(prefix + "attention.key_length", shape.headSize())
                .put(prefix + "attention.value_length", shape.headSize())
                .put(prefix + "attention.layer_norm_rms_epsilon", SynthShape.NORM_EPSILON)
                .put(prefix + "rope.freq_base", (float) shape.ropeTheta())
                .put(prefix + "rope.dimension_count", shape.headSize())
                .put(prefix + "vocab_size", shape.vocabulary());
        List<String> tokens = new ArrayList<>(vocabulary.ordinaryTokens());
        List<Integer> kinds = new ArrayList<>(Collections.nCopies(tokens.size(), NORMAL_TOKEN));
        for (String special : BpeVocabulary.SPECIAL_TOKENS) {
            tokens.add(special);
            kinds.add(CONTROL_TOKEN);
        }
        return header.put("tokenizer.ggml.model", "gpt2")
                .put("tokenizer.ggml.pre", "gpt-2")
                .put("tokenizer.ggml.tokens", tokens)
                .put("tokenizer.ggml.token_type", kinds)
                .put(
                        "tokenizer.ggml.merges",
                        vocabulary.merges().stream()
                                .map(merge -> merge.left() + " " + merge.right())
                                .toList())
                .put("tokenizer.ggml.bos_token_id", vocabulary.idOfSpecial(BpeVocabulary.TEXT_END))
                .put("tokenizer.ggml.eos_token_id", vocabulary.idOfSpecial(BpeVocabulary.MESSAGE_END))
                .put("tokenizer.ggml.add_bos_token", false)
                .put("tokenizer.chat_template", TokenizerFiles.CHAT_TEMPLATE);
    }
}
