package dev.weir.engine.model;

import dev.weir.engine.model.gguf.GgufModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory with a model, or a GGUF file in its place, opened: everything but the weights' bytes and the vocabulary has been read and
 * found consistent.
 *
 * @param path the directory or the GGUF file
 * @param tokenizerFile {@code tokenizer.json} or the GGUF file, which exists
 * @param tokenizerSettings what stands beside the vocabulary
 */
public record ModelDirectory(
        Path path,
        ModelConfig config,
        WeightsIndex weights,
        GenerationDefaults generationDefaults,
        Path tokenizerFile,
        TokenizerSettings tokenizerSettings) {

    private static final String EMBEDDINGS = "model.embed_tokens.weight";
    private static final String LM_HEAD = "lm_head.weight";

    /**
     * Opens and checks a directory in the Hugging Face layout, a GGUF file, or a directory whose only model is one.
     *
     * @throws ModelFormatException where it cannot be served, in one line
     */
    public static ModelDirectory open(Path path) {
        Optional<Path> ggufFile = GgufModel.find(path);
        return ggufFile.isPresent() ? openGguf(ggufFile.get()) : openHuggingFace(path);
    }

    private static ModelDirectory openGguf(Path file) {
        GgufModel model = GgufModel.open(file);
        ModelConfig config = ModelConfigReader.read(new JsonFields(file, "", model.config()));
        WeightsIndex weights = WeightsIndex.of(model.files(), model.tensors());
        requireEmbeddings(config, weights);
        return new ModelDirectory(file, config, weights, model.generationDefaults(), file, model.tokenizerSettings());
    }

    private static ModelDirectory openHuggingFace(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new ModelFormatException(
                    directory,
                    "is no directory and no GGUF file; give a *.gguf file or the directory that holds config.json");
        }
        Path configFile = directory.resolve("config.json");
        JsonFields configFields = JsonFields.of(configFile);
        ModelConfig config = ModelConfigReader.read(configFields);
        Path tokenizerFile = directory.resolve("tokenizer.json");
        if (!Files.isRegularFile(tokenizerFile)) {
            throw new ModelFormatException(
                    tokenizerFile, "is missing; export the tokenizer with Transformers' save_pretrained");
        }
        GenerationDefaults defaults = generationDefaults(directory, configFields, config);
        TokenizerSettings settings = TokenizerSettings.read(directory);
        WeightsIndex weights = WeightsIndex.read(directory);
        requireEmbeddings(config, weights);
        return new ModelDirectory(directory, config, weights, defaults, tokenizerFile, settings);
    }

    /**
     * The template that turns a conversation into a prompt; empty for a model that only completes.
     *
     * @param clock what the template's {@code strftime_now} shows
     * @throws ModelFormatException where the template is malformed
     */
    public Optional<ChatTemplate> chatTemplate(Clock clock) {
        return tokenizerSettings.chatTemplate(path, clock);
    }

    private static void requireEmbeddings(ModelConfig config, WeightsIndex weights) {
        requireShape(config, weights, EMBEDDINGS);
        if (!config.tiedEmbeddings()) {
            requireShape(config, weights, LM_HEAD);
        }
    }

    private static void requireShape(ModelConfig config, WeightsIndex weights, String name) {
        Path file = weights.files().getFirst();
        TensorInfo tensor = weights.tensor(name)
                .orElseThrow(() -> new ModelFormatException(
                        file,
                        "tensor " + name + " is missing"
                                + (name.equals(LM_HEAD)
                                        ? ", but config.json does not say tie_word_embeddings; set it or export the head"
                                        : "; the weights are not those of a supported model")));
        List<Long> expected = List.of((long) config.vocabSize(), (long) config.hiddenSize());
        if (!tensor.shape().equals(expected)) {
            throw new ModelFormatException(
                    weights.files().get(tensor.fileIndex()),
                    "tensor " + name + " has shape " + tensor.shape() + " but config.json asks for " + expected
                            + "; the files belong to different models");
        }
    }

    private static GenerationDefaults generationDefaults(Path directory, JsonFields configFields, ModelConfig config) {
        Path file = directory.resolve("generation_config.json");
        if (!Files.exists(file)) {
            return new GenerationDefaults(eosTokenIds(configFields, config), null, null, null, null);
        }
        JsonFields fields = JsonFields.of(file);
        Set<Integer> eosTokenIds = eosTokenIds(fields.has("eos_token_id") ? fields : configFields, config);
        boolean greedy = fields.bool("do_sample").orElse(true).equals(false);
        try {
            return new GenerationDefaults(
                    eosTokenIds,
                    greedy ? Float.valueOf(0) : number(fields, "temperature"),
                    fields.integer("top_k").map(k -> Math.max(k, 0)).orElse(null),
                    number(fields, "top_p"),
                    number(fields, "min_p"));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(file, e.getMessage() + "; correct the file", e);
        }
    }

    private static Set<Integer> eosTokenIds(JsonFields fields, ModelConfig config) {
        Set<Integer> ids = new LinkedHashSet<>(fields.integers("eos_token_id"));
        for (int id : ids) {
            if (id < 0 || id >= config.vocabSize()) {
                throw fields.refused(
                        "eos_token_id", "holds " + id + ", outside the vocabulary of " + config.vocabSize() + " ids");
            }
        }
        return ids;
    }

    private static @Nullable Float number(JsonFields fields, String name) {
        return fields.number(name).map(Double::floatValue).orElse(null);
    }
}
