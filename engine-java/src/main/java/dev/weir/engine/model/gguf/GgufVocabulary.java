package dev.weir.engine.model.gguf;

import java.util.List;
import java.util.Optional;

/**
 * The {@code tokenizer.ggml} part of a GGUF file. Lists that stand side by side have one length, and every special token is in the
 * vocabulary.
 */
public record GgufVocabulary(GgufMetadata metadata, List<String> spellings, List<Kind> kinds) {

    public GgufVocabulary {
        spellings = List.copyOf(spellings);
        kinds = List.copyOf(kinds);
    }

    public static final String MODEL_KEY = "tokenizer.ggml.model";
    public static final String PRE_KEY = "tokenizer.ggml.pre";
    public static final String MERGES_KEY = "tokenizer.ggml.merges";

    public static final String TOKENS_KEY = "tokenizer.ggml.tokens";
    private static final String SCORES_KEY = "tokenizer.ggml.scores";
    private static final String TYPES_KEY = "tokenizer.ggml.token_type";

    /** What a token is, in the order of SentencePiece's numbers, which begin at 1. */
    public enum Kind {
        NORMAL,
        UNKNOWN,
        CONTROL,
        USER_DEFINED,
        UNUSED,
        BYTE
    }

    /** The vocabulary of a file that has one. */
    public static GgufVocabulary of(GgufMetadata metadata) {
        List<String> spellings = metadata.strings(TOKENS_KEY);
        if (spellings.isEmpty()) {
            throw metadata.refused(TOKENS_KEY, "is missing; convert the model again, with its vocabulary");
        }
        List<Integer> types = metadata.integers(TYPES_KEY);
        List<Kind> kinds = types.isEmpty()
                ? spellings.stream().map(_ -> Kind.NORMAL).toList()
                : types.stream().map(type -> kind(metadata, type)).toList();
        requireOneEach(metadata, TYPES_KEY, kinds.size(), spellings.size());
        return new GgufVocabulary(metadata, spellings, kinds);
    }

    public int size() {
        return spellings.size();
    }

    /** How likely each piece is, the most likely highest. */
    public List<Double> requiredScores() {
        List<Double> scores = metadata.numbers(SCORES_KEY);
        requireOneEach(metadata, SCORES_KEY, scores.size(), size());
        return scores;
    }

    /** The id of {@code bos}, {@code eos}, {@code unknown}, ... where the file names one. */
    public Optional<Integer> specialId(String role) {
        String key = "tokenizer.ggml." + role + "_token_id";
        Optional<Integer> id = metadata.integer(key);
        if (id.isPresent() && (id.get() < 0 || id.get() >= size())) {
            throw metadata.refused(key, "is " + id.get() + ", outside the vocabulary of " + size() + " tokens");
        }
        return id;
    }

    /** Whether a prompt gets the {@code bos} or {@code eos} token, as far as the file says. */
    public Optional<Boolean> adds(String role) {
        return metadata.bool("tokenizer.ggml.add_" + role + "_token");
    }

    private static Kind kind(GgufMetadata metadata, int type) {
        if (type < 1 || type > Kind.values().length) {
            throw metadata.refused(TYPES_KEY, "holds " + type + ", which is no type of a token");
        }
        return Kind.values()[type - 1];
    }

    private static void requireOneEach(GgufMetadata metadata, String key, int count, int tokenCount) {
        if (count != tokenCount) {
            throw metadata.refused(
                    key, "has " + count + " entries for " + tokenCount + " tokens; convert the model again");
        }
    }
}
