package dev.weir.models.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes {@code tokenizer.json}, {@code tokenizer_config.json} and {@code generation_config.json} as Hugging Face lays them out. */
public final class TokenizerFiles {
    /** ChatML: every message between its marks, the role on the first line. */
    public static final String CHAT_TEMPLATE =
            "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
                    + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final BpeVocabulary vocabulary;

    public TokenizerFiles(BpeVocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    public void write(Path directory, int contextTokens) throws IOException {
        Files.createDirectories(directory);
        writeJson(directory.resolve("tokenizer.json"), tokenizer());
        writeJson(directory.resolve("tokenizer_config.json"), configuration(contextTokens));
        Map<String, Object> generation = new LinkedHashMap<>();
        generation.put("do_sample", false);
        generation.put(
                "eos_token_id",
                List.of(
                        vocabulary.idOfSpecial(BpeVocabulary.MESSAGE_END),
                        vocabulary.idOfSpecial(BpeVocabulary.TEXT_END)));
        generation.put("pad_token_id", vocabulary.idOfSpecial(BpeVocabulary.TEXT_END));
        writeJson(directory.resolve("generation_config.json"), generation);
    }

    private ObjectNode tokenizer() {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (String token : BpeVocabulary.SPECIAL_TOKENS) {
            added.addObject()
                    .put("id", vocabulary.idOfSpecial(token))
                    .put("content", token)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        root.putNull("normalizer");
        ObjectNode preTokenizer = root.putObject("pre_tokenizer").put("type", "Sequence");
        ArrayNode steps = preTokenizer.putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", BpeVocabulary.SPLIT_PATTERN);
        split.put("behavior", "Isolated").put("invert", false);
        byteLevel(steps.addObject());
        root.putNull("post_processor");
        byteLevel(root.putObject("decoder"));
        root.set("model", model());
        return root;
    }

    private static void byteLevel(ObjectNode step) {
        step.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", false);
    }

    private ObjectNode model() {
        ObjectNode model = MAPPER.createObjectNode().put("type", "BPE");
        for (String absent : List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
            model.putNull(absent);
        }
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        ObjectNode ids = model.putObject("vocab");
        List<String> tokens = vocabulary.ordinaryTokens();
        for (int id = 0; id < tokens.size(); id++) {
            ids.put(tokens.get(id), id);
        }
        BpeVocabulary.SPECIAL_TOKENS.forEach(token -> ids.put(token, vocabulary.idOfSpecial(token)));
        ArrayNode merges = model.putArray("merges");
        vocabulary.merges().forEach(merge -> merges.addArray().add(merge.left()).add(merge.right()));
        return model;
    }

    private Map<String, @Nullable Object> configuration(int contextTokens) {
        Map<String, @Nullable Object> configuration = new LinkedHashMap<>();
        configuration.put("tokenizer_class", "PreTrainedTokenizerFast");
        configuration.put("add_bos_token", false);
        configuration.put("add_eos_token", false);
        configuration.put("bos_token", null);
        configuration.put("eos_token", BpeVocabulary.MESSAGE_END);
        configuration.put("pad_token", BpeVocabulary.TEXT_END);
        configuration.put("model_max_length", contextTokens);
        configuration.put("clean_up_tokenization_spaces", false);
        configuration.put("chat_template", CHAT_TEMPLATE);
        return configuration;
    }

    private static void writeJson(Path file, Object value) throws IOException {
        Files.writeString(file, MAPPER.writeValueAsString(value) + "\n");
    }
}
