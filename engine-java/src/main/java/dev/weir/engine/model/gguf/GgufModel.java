package dev.weir.engine.model.gguf;

import dev.weir.engine.model.GenerationDefaults;
import dev.weir.engine.model.ModelFormatException;
import dev.weir.engine.model.TensorInfo;
import dev.weir.engine.model.TokenizerSettings;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model in GGUF as its source would describe it.
 *
 * @param files in the order that {@link TensorInfo#fileIndex} counts
 * @param config as {@code config.json} would hold it
 * @param tensors by the source's names
 */
public record GgufModel(
        List<Path> files,
        ObjectNode config,
        List<TensorInfo> tensors,
        GenerationDefaults generationDefaults,
        TokenizerSettings tokenizerSettings) {

    private static final String TEMPLATE_KEY = "tokenizer.chat_template";
    private static final Set<String> END_ROLES = Set.of("eos", "eot", "eom");

    /**
     * What ends a turn in the templates of the families served. Many files name only the token that ends a text, which a model
     * in conversation never writes.
     */
    private static final Set<String> TURN_ENDS =
            Set.of("<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<end_of_turn>", "<|endoftext|>");

    /** GGUF's names of roles, and the templates'. */
    private static final Map<String, String> ROLES = Map.of(
            "bos", "bos_token",
            "eos", "eos_token",
            "unknown", "unk_token",
            "seperator", "sep_token",
            "padding", "pad_token",
            "mask", "mask_token");

    public GgufModel {
        files = List.copyOf(files);
        tensors = List.copyOf(tensors);
    }

    /**
     * The GGUF file that a path means: the file itself, or the only model in a directory that has no {@code config.json}; empty where the
     * path means something else.
     */
    public static Optional<Path> find(Path path) {
        if (!Files.isDirectory(path)) {
            return Optional.of(path).filter(GgufFile::isGguf);
        }
        if (Files.exists(path.resolve("config.json"))) {
            return Optional.empty();
        }
        Optional<Path> found = Optional.empty();
        try (DirectoryStream<Path> models = Files.newDirectoryStream(path, GgufModel::isNamedAsModel)) {
            for (Path model : models) {
                if (found.isPresent()) {
                    throw new ModelFormatException(
                            path,
                            "holds several GGUF models (" + found.get().getFileName() + ", " + model.getFileName()
                                    + ", ...); give the file itself");
                }
                found = Optional.of(model);
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new ModelFormatException(path, "cannot be listed (" + e.getMessage() + "); check its permissions", e);
        }
        return found;
    }

    /**
     * Opens the file and those that belong to it.
     *
     * @param file the only or the first one
     * @throws ModelFormatException where it cannot be served, in one line
     */
    public static GgufModel open(Path file) {
        List<GgufFile> files = GgufShards.read(file);
        GgufMetadata metadata = files.getFirst().metadata();
        GgufArchitecture architecture = GgufArchitecture.of(metadata);
        boolean mixtral = architecture == GgufArchitecture.LLAMA && GgufConfig.hasExperts(architecture, metadata);
        GgufTensors tensors = new GgufTensors(files, architecture, mixtral);
        GgufVocabulary vocabulary = GgufVocabulary.of(metadata);
        return new GgufModel(
                files.stream().map(GgufFile::file).toList(),
                new GgufConfig(architecture, metadata, tensors).json(),
                tensors.named(),
                generationDefaults(vocabulary),
                tokenizerSettings(vocabulary));
    }

    /** Whether a file's name is that of a GGUF model: alone, or the first of several files. */
    private static boolean isNamedAsModel(Path file) {
        return file.toString().endsWith(GgufFile.EXTENSION) && !GgufShards.isLaterShard(file);
    }

    /** What a model is called after its path: the last part, of a GGUF file without its extension and its number. */
    public static String nameOf(Path file) {
        return GgufShards.plainName(file);
    }

    private static GenerationDefaults generationDefaults(GgufVocabulary vocabulary) {
        Set<Integer> ends = new LinkedHashSet<>();
        END_ROLES.forEach(role -> vocabulary.specialId(role).ifPresent(ends::add));
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.kinds().get(id) == GgufVocabulary.Kind.CONTROL
                    && TURN_ENDS.contains(vocabulary.spellings().get(id))) {
                ends.add(id);
            }
        }
        GgufMetadata metadata = vocabulary.metadata();
        try {
            return new GenerationDefaults(
                    ends,
                    sampling(metadata, "temp").map(Double::floatValue).orElse(null),
                    metadata.integer("general.sampling.top_k")
                            .map(k -> Math.max(k, 0))
                            .orElse(null),
                    sampling(metadata, "top_p").map(Double::floatValue).orElse(null),
                    sampling(metadata, "min_p").map(Double::floatValue).orElse(null));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(
                    metadata.file(), "general.sampling: " + e.getMessage() + "; correct the file", e);
        }
    }

    private static Optional<Double> sampling(GgufMetadata metadata, String name) {
        return metadata.number("general.sampling." + name);
    }

    private static TokenizerSettings tokenizerSettings(GgufVocabulary vocabulary) {
        GgufMetadata metadata = vocabulary.metadata();
        Map<String, String> specialTokens = new LinkedHashMap<>();
        ROLES.forEach((ggufRole, role) -> vocabulary
                .specialId(ggufRole)
                .ifPresent(id -> specialTokens.put(role, vocabulary.spellings().get(id))));
        Map<String, String> templates = new LinkedHashMap<>();
        metadata.string(TEMPLATE_KEY).ifPresent(source -> templates.put(TokenizerSettings.DEFAULT_TEMPLATE, source));
        for (String name : metadata.strings(TEMPLATE_KEY + "s")) {
            metadata.string(TEMPLATE_KEY + "." + name).ifPresent(source -> templates.put(name, source));
        }
        return new TokenizerSettings(
                specialTokens, templates, vocabulary.adds("bos").orElse(null));
    }
}
