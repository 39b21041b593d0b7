package dev.weir.engine.tokenization;

import dev.weir.engine.model.gguf.GgufFile;
import dev.weir.engine.model.gguf.GgufMetadata;
import dev.weir.engine.model.gguf.GgufVocabulary;
import dev.weir.engine.model.gguf.GgufVocabulary.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Says in the words of {@code tokenizer.json} what a GGUF file says of its tokenizer: {@code llama}, which is SentencePiece's BPE over
 * text with byte tokens for what is in no piece, or {@code gpt2}, which is BPE over bytes.
 */
final class GgufTokenizerJson {

    private static final String SENTENCE_PIECE = "llama";
    private static final String SPACE_MARK = "\u2581";

    /** Phi-3's marks take the space behind them with them, but for these. The file does not say so; the architecture does. */
    private static final Set<String> PHI3_MARKS_THAT_LEAVE_SPACE = Set.of("<unk>", "<s>", "<|endoftext|>");

    private final GgufVocabulary vocabulary;
    private final GgufMetadata metadata;

    private GgufTokenizerJson(GgufVocabulary vocabulary) {
        this.vocabulary = vocabulary;
        this.metadata = vocabulary.metadata();
    }

    /** The text of the file that Hugging Face would have beside the model. */
    static byte[] of(Path ggufFile) {
        GgufVocabulary vocabulary = GgufVocabulary.of(GgufFile.read(ggufFile).metadata());
        return JsonMapper.shared().writeValueAsBytes(new GgufTokenizerJson(vocabulary).json());
    }

    private Map<String, @Nullable Object> json() {
        String model = metadata.requiredString(GgufVocabulary.MODEL_KEY);
        return switch (model) {
            case SENTENCE_PIECE -> sentencePiece();
            case "gpt2" -> byteLevel();
            default ->
                throw metadata.refused(
                        GgufVocabulary.MODEL_KEY,
                        "is \"" + model + "\", which is not supported; supported: llama, gpt2");
        };
    }

    private boolean isSentencePiece() {
        return metadata.requiredString(GgufVocabulary.MODEL_KEY).equals(SENTENCE_PIECE);
    }

    private Map<String, @Nullable Object> sentencePiece() {
        boolean prefix = metadata.bool("tokenizer.ggml.add_space_prefix").orElse(true);
        List<Object> normalizers = new ArrayList<>();
        List<Object> decoders = new ArrayList<>();
        if (prefix) {
            normalizers.add(Map.of("type", "Prepend", "prepend", SPACE_MARK));
        }
        normalizers.add(replace(" ", SPACE_MARK));
        decoders.add(replace(SPACE_MARK, " "));
        decoders.add(Map.of("type", "ByteFallback"));
        decoders.add(Map.of("type", "Fuse"));
        if (prefix) {
            decoders.add(Map.of("type", "Strip", "content", " ", "start", 1, "stop", 0));
        }
        return root(
                Map.of("type", "Sequence", "normalizers", normalizers),
                null,
                Map.of("type", "Sequence", "decoders", decoders),
                model(ScoredMerges.of(vocabulary), true, false),
                true);
    }

    private Map<String, @Nullable Object> byteLevel() {
        String name = metadata.requiredString(GgufVocabulary.PRE_KEY);
        PreTokenizer family = PreTokenizer.named(name)
                .orElseThrow(() -> metadata.refused(
                        GgufVocabulary.PRE_KEY,
                        "is \"" + name + "\", which is not supported; supported: " + PreTokenizer.supported()));
        List<Object> preTokenizers = new ArrayList<>();
        for (String pattern : family.patterns()) {
            preTokenizers.add(Map.of(
                    "type", "Split", "pattern", Map.of("Regex", pattern), "behavior", "Isolated", "invert", false));
        }
        preTokenizers.add(
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", false));
        return root(
                null,
                Map.of("type", "Sequence", "pretokenizers", preTokenizers),
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", false),
                model(statedMerges(), false, family.ignoresMerges()),
                family.addsBosByDefault());
    }

    private Map<String, @Nullable Object> root(
            @Nullable Object normalizer,
            @Nullable Object preTokenizer,
            Object decoder,
            Map<String, @Nullable Object> model,
            boolean addsBosByDefault) {
        Map<String, @Nullable Object> root = new LinkedHashMap<>();
        root.put("version", "1.0");
        root.put("truncation", null);
        root.put("padding", null);
        root.put("added_tokens", addedTokens());
        root.put("normalizer", normalizer);
        root.put("pre_tokenizer", preTokenizer);
        root.put("post_processor", postProcessor(addsBosByDefault));
        root.put("decoder", decoder);
        root.put("model", model);
        return root;
    }

    private Map<String, @Nullable Object> model(List<?> merges, boolean byteFallback, boolean ignoreMerges) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            ids.put(vocabulary.spellings().get(id), id);
        }
        if (ids.size() < vocabulary.size()) {
            throw metadata.refused(GgufVocabulary.TOKENS_KEY, "spells two tokens alike; convert the model again");
        }
        Map<String, @Nullable Object> model = new LinkedHashMap<>();
        model.put("type", "BPE");
        model.put("dropout", null);
        model.put(
                "unk_token",
                byteFallback
                        ? vocabulary
                                .specialId("unknown")
                                .map(vocabulary.spellings()::get)
                                .orElse(null)
                        : null);
        model.put("continuing_subword_prefix", null);
        model.put("end_of_word_suffix", null);
        model.put("fuse_unk", byteFallback);
        model.put("byte_fallback", byteFallback);
        model.put("ignore_merges", ignoreMerges);
        model.put("vocab", ids);
        model.put("merges", merges);
        return model;
    }

    /**
     * Written with a space between the parts, of which the first may begin with one. Those of parts that are no tokens can never apply, and
     * the library would refuse them.
     */
    private List<List<String>> statedMerges() {
        Set<String> tokens = Set.copyOf(vocabulary.spellings());
        List<List<String>> merges = new ArrayList<>();
        for (String merge : metadata.strings(GgufVocabulary.MERGES_KEY)) {
            int space = merge.indexOf(' ', 1);
            if (space < 0) {
                throw metadata.refused(
                        GgufVocabulary.MERGES_KEY,
                        "holds \"" + merge + "\", which is no pair; convert the model again");
            }
            String left = merge.substring(0, space);
            String right = merge.substring(space + 1);
            if (tokens.contains(left) && tokens.contains(right) && tokens.contains(left + right)) {
                merges.add(List.of(left, right));
            }
        }
        return merges;
    }

    /** What stands for itself in a text, and is never put together by merges. */
    private List<Object> addedTokens() {
        int unknownId = vocabulary.specialId("unknown").orElse(-1);
        boolean takesSpaceBehind = isSentencePiece()
                && metadata.string("general.architecture")
                        .filter("phi3"::equals)
                        .isPresent();
        List<Object> added = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            String spelling = vocabulary.spellings().get(id);
            Kind kind = vocabulary.kinds().get(id);
            boolean special = kind == Kind.CONTROL || id == unknownId;
            if ((special || kind == Kind.USER_DEFINED) && !spelling.isEmpty()) {
                Map<String, Object> token = new LinkedHashMap<>();
                token.put("id", id);
                token.put("content", spelling);
                token.put("single_word", false);
                token.put("lstrip", false);
                token.put("rstrip", takesSpaceBehind && !PHI3_MARKS_THAT_LEAVE_SPACE.contains(spelling));
                token.put("normalized", false);
                token.put("special", special);
                added.add(token);
            }
        }
        return added;
    }

    private @Nullable Object postProcessor(boolean addsBosByDefault) {
        List<Object> single = new ArrayList<>();
        Map<String, Object> specialTokens = new LinkedHashMap<>();
        if (vocabulary.adds("bos").orElse(addsBosByDefault)) {
            vocabulary.specialId("bos").ifPresent(id -> single.add(specialToken(id, specialTokens)));
        }
        single.add(Map.of("Sequence", Map.of("id", "A", "type_id", 0)));
        if (vocabulary.adds("eos").orElse(false)) {
            vocabulary.specialId("eos").ifPresent(id -> single.add(specialToken(id, specialTokens)));
        }
        if (specialTokens.isEmpty()) {
            return null;
        }
        List<Object> pair = new ArrayList<>(single);
        pair.add(Map.of("Sequence", Map.of("id", "B", "type_id", 1)));
        return Map.of("type", "TemplateProcessing", "single", single, "pair", pair, "special_tokens", specialTokens);
    }

    private Object specialToken(int id, Map<String, Object> specialTokens) {
        String spelling = vocabulary.spellings().get(id);
        specialTokens.put(spelling, Map.of("id", spelling, "ids", List.of(id), "tokens", List.of(spelling)));
        return Map.of("SpecialToken", Map.of("id", spelling, "type_id", 0));
    }

    private static Map<String, Object> replace(String from, String to) {
        return Map.of("type", "Replace", "pattern", Map.of("String", from), "content", to);
    }
}
