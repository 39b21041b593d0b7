package dev.weir.engine.tokenization;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Small {@code tokenizer.json} files of our own, one for each way of spelling bytes that is supported. */
final class TokenizerFixtures {

    static final Map<String, Object> FUSED_WITHOUT_SPACE = sequence(
            Map.of("type", "Replace", "pattern", Map.of("String", "\u2581"), "content", " "),
            Map.of("type", "ByteFallback"),
            Map.of("type", "Fuse"),
            Map.of("type", "Strip", "content", " ", "start", 1, "stop", 0));
    static final Map<String, Object> FUSED = sequence(
            Map.of("type", "Replace", "pattern", Map.of("String", "\u2581"), "content", " "),
            Map.of("type", "ByteFallback"),
            Map.of("type", "Fuse"));
    static final Map<String, Object> METASPACE =
            Map.of("type", "Metaspace", "replacement", "\u2581", "prepend_scheme", "always", "split", true);

    private TokenizerFixtures() {}

    /** Every byte, some merges over a multi-byte character, and added tokens with and without a spelling in the byte alphabet. */
    static Path byteLevel(Path directory) {
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        for (int value = 0; value < 256; value++) {
            vocabulary.put(Character.toString(byteCharacter(value)), value);
        }
        List<List<String>> merges = new ArrayList<>();
        merge(vocabulary, merges, "h", "e");
        merge(vocabulary, merges, "he", "l");
        merge(vocabulary, merges, spelled(" "), "w");
        merge(vocabulary, merges, character(0xF0), character(0x9F)); // half an emoji
        merge(vocabulary, merges, character(0x98), character(0x80));
        merge(vocabulary, merges, character(0xE2), character(0x80));
        merge(vocabulary, merges, "n", character(0xC3)); // a letter and half of another
        int next = vocabulary.size();
        List<Map<String, Object>> added = List.of(
                added(next, "<|bos|>", true),
                added(next + 1, "<|im_end|>", true),
                added(next + 2, "<tool call>", false),
                added(next + 3, "\uFF5Cmark\u2581", false));
        Map<String, Object> byteLevel =
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", true);
        return write(directory, "BPE", false, vocabulary, merges, added, byteLevel, byteLevel);
    }

    /** SentencePiece's way: a mark for the space and byte tokens for what is in no piece. */
    static Path sentencePiece(Path directory, Map<String, Object> decoder) {
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        vocabulary.put("<unk>", 0);
        vocabulary.put("<s>", 1);
        vocabulary.put("</s>", 2);
        for (int value = 0; value < 256; value++) {
            vocabulary.put("<0x%02X>".formatted(value), vocabulary.size());
        }
        for (String piece : List.of("\u2581", "a", "b", "e", "h", "l", "o", "\u00e9", "\u4f60", "\n", "\u2581\u2581")) {
            vocabulary.put(piece, vocabulary.size());
        }
        List<List<String>> merges = new ArrayList<>();
        merge(vocabulary, merges, "h", "e");
        merge(vocabulary, merges, "l", "l");
        merge(vocabulary, merges, "\u2581", "a");
        List<Map<String, Object>> added =
                List.of(added(0, "<unk>", true), added(1, "<s>", true), added(2, "</s>", true));
        return write(directory, "BPE", true, vocabulary, merges, added, null, decoder);
    }

    private static void merge(Map<String, Object> vocabulary, List<List<String>> merges, String left, String right) {
        merges.add(List.of(left, right));
        vocabulary.putIfAbsent(left + right, vocabulary.size());
    }

    private static Map<String, Object> added(int id, String content, boolean special) {
        return Map.of(
                "id",
                id,
                "content",
                content,
                "special",
                special,
                "single_word",
                false,
                "lstrip",
                false,
                "rstrip",
                false,
                "normalized",
                false);
    }

    private static Map<String, Object> sequence(Object... decoders) {
        return Map.of("type", "Sequence", "decoders", List.of(decoders));
    }

    private static String spelled(String ascii) {
        return character(ascii.charAt(0));
    }

    private static String character(int value) {
        return Character.toString(byteCharacter(value));
    }

    /** The GPT-2 alphabet by its definition, written independently of the code under test. */
    private static char byteCharacter(int value) {
        int replaced = 0;
        for (int b = 0; b < value; b++) {
            replaced += standsForItself(b) ? 0 : 1;
        }
        return (char) (standsForItself(value) ? value : 256 + replaced);
    }

    private static boolean standsForItself(int value) {
        return (value >= 33 && value <= 126) || (value >= 161 && value <= 172) || (value >= 174 && value <= 255);
    }

    private static Path write(
            Path directory,
            String type,
            boolean byteFallback,
            Map<String, Object> vocabulary,
            List<List<String>> merges,
            List<Map<String, Object>> added,
            @Nullable Object preTokenizer,
            Map<String, Object> decoder) {
        Map<String, @Nullable Object> model = new LinkedHashMap<>();
        model.put("type", type);
        model.put("dropout", null);
        model.put("unk_token", byteFallback ? "<unk>" : null);
        model.put("continuing_subword_prefix", null);
        model.put("end_of_word_suffix", null);
        model.put("fuse_unk", byteFallback);
        model.put("byte_fallback", byteFallback);
        model.put("ignore_merges", false);
        model.put("vocab", vocabulary);
        model.put("merges", merges);
        Map<String, @Nullable Object> root = new LinkedHashMap<>();
        root.put("version", "1.0");
        root.put("truncation", null);
        root.put("padding", null);
        root.put("added_tokens", added);
        root.put(
                "normalizer",
                byteFallback
                        ? Map.of(
                                "type",
                                "Sequence",
                                "normalizers",
                                List.of(
                                        Map.of("type", "Prepend", "prepend", "\u2581"),
                                        Map.of(
                                                "type",
                                                "Replace",
                                                "pattern",
                                                Map.of("String", " "),
                                                "content",
                                                "\u2581")))
                        : null);
        root.put("pre_tokenizer", preTokenizer);
        root.put("post_processor", null);
        root.put("decoder", decoder);
        root.put("model", model);
        Path file = directory.resolve("tokenizer.json");
        try {
            Files.write(file, JsonMapper.shared().writeValueAsBytes(root));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }
}
