package dev.weir.control.onnx;

import dev.weir.control.embedding.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * What an encoder's directory says of itself.
 *
 * @param network its ONNX file
 * @param tokensMax of a text; the rest of a longer one is not read
 * @param prompt what it was trained to have in front of each text
 * @param behind a module behind the pooling which is more than to bring vectors to a length, where there is one
 * @param fingerprint of all that its vectors depend on
 */
record EncoderDirectory(
        Path network,
        Path tokenizer,
        Pooling pooling,
        int tokensMax,
        String prompt,
        Optional<String> behind,
        String fingerprint) {
    private static final String NETWORK = "model.onnx";

    /** What encoders of BERT's shape take where none says otherwise. */
    private static final int TOKENS_UNSAID = 512;

    private static final int TOKENS_MOST = 32_768;

    /** Reads what is there; what is not there means what sentence-transformers takes it to mean. */
    static EncoderDirectory read(Path directory) throws IOException {
        Path tokenizer = directory.resolve("tokenizer.json");
        if (!Files.isReadable(tokenizer)) {
            throw new IOException("there is no encoder at " + directory + ": it has no tokenizer.json");
        }
        Path network = network(directory);
        String poolingFolder = "1_Pooling";
        Optional<String> behind = Optional.empty();
        for (JsonNode module : json(directory.resolve("modules.json"))) {
            String type = module.path("type").asString("");
            switch (type.substring(type.lastIndexOf('.') + 1)) {
                case "Transformer", "Normalize" -> {}
                case "Pooling" -> poolingFolder = module.path("path").asString(poolingFolder);
                default -> behind = Optional.of(type);
            }
        }
        Pooling pooling = pooling(directory.resolve(poolingFolder).resolve("config.json"));
        int tokensMax = tokensMax(directory);
        String prompt = prompt(json(directory.resolve("config_sentence_transformers.json")));
        return new EncoderDirectory(
                network,
                tokenizer,
                pooling,
                tokensMax,
                prompt,
                behind,
                Fingerprint.of(weights(network, tokenizer), pooling + " " + tokensMax + " " + prompt));
    }

    /** In the directory itself or where sentence-transformers writes it. */
    private static Path network(Path directory) throws IOException {
        for (Path folder : List.of(directory, directory.resolve("onnx"))) {
            if (Files.isReadable(folder.resolve(NETWORK))) {
                return folder.resolve(NETWORK);
            }
            List<Path> others = files(folder, ".onnx");
            if (others.size() > 1) {
                throw new IOException(folder + " has several networks and no " + NETWORK + ": leave one of " + others);
            }
            if (others.size() == 1) {
                return others.getFirst();
            }
        }
        throw new IOException(
                "there is no encoder at " + directory + ": it has no " + NETWORK + ", nor has its folder onnx");
    }

    private static List<Path> files(Path folder, String end) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    /** Large networks have their weights in files beside them. */
    private static List<Path> weights(Path network, Path tokenizer) throws IOException {
        List<Path> files = new ArrayList<>(List.of(network, tokenizer));
        Path folder = network.toAbsolutePath().getParent();
        if (folder != null) {
            files.addAll(files(folder, ".onnx_data"));
            files.addAll(files(folder, ".onnx.data"));
        }
        return files;
    }

    private static Pooling pooling(Path file) throws IOException {
        JsonNode config = json(file);
        List<String> said = config.propertyStream()
                .filter(field -> field.getKey().startsWith("pooling_mode_")
                        && field.getValue().asBoolean(false))
                .map(field -> field.getKey())
                .toList();
        if (said.isEmpty()) {
            return Pooling.MEAN;
        }
        return Stream.of(Pooling.values())
                .filter(pooling -> said.equals(List.of(pooling.key())))
                .findFirst()
                .orElseThrow(() -> new IOException(
                        file + " says " + said + ", and one of mean, cls, max and last token is what there is here"));
    }

    private static int tokensMax(Path directory) throws IOException {
        JsonNode said = json(directory.resolve("sentence_bert_config.json")).path("max_seq_length");
        JsonNode ofTokenizer = json(directory.resolve("tokenizer_config.json")).path("model_max_length");
        for (JsonNode count : List.of(said, ofTokenizer)) {
            // A tokenizer that knows no limit says 10 to the 30th.
            if (count.isNumber() && count.doubleValue() >= 1 && count.doubleValue() <= TOKENS_MOST) {
                return count.asInt();
            }
        }
        return TOKENS_UNSAID;
    }

    private static String prompt(JsonNode config) {
        String name = config.path("default_prompt_name").asString("");
        return config.path("prompts").path(name).asString("");
    }

    /** Nothing where there is no such file. */
    private static JsonNode json(Path file) throws IOException {
        if (!Files.exists(file)) {
            return MissingNode.getInstance();
        }
        try {
            return JsonMapper.shared().readTree(Files.readString(file));
        } catch (JacksonException malformed) {
            throw new IOException(file + " is no JSON: " + malformed.getOriginalMessage(), malformed);
        }
    }
}
