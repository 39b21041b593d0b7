package dev.weir.engine.tokenization;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a byte-level BPE tokenizer cuts a text into words before it merges inside them. A GGUF file only names the family, as a converter
 * recognised it; the patterns, applied one after the other to what the earlier ones left whole, are those of the family's own
 * {@code tokenizer.json}.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are List.of's
enum PreTokenizer {
    /** What converters used before they knew families. */
    DEFAULT(List.of("default"), Trait.NONE, "[\\p{P}\\$\\+<=>\\^~\\|]+", Pattern.GPT2, "\\p{N}+", "[0-9][0-9][0-9]"),
    GPT2(List.of("gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion"), Trait.NONE, Pattern.GPT2),
    LLAMA3(
            List.of("llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral", "midm-2.0", "lfm2"),
            Trait.WHOLE_WORDS_AND_BOS,
            Pattern.words("\\p{N}{1,3}")),
    CL100K(List.of("dbrx", "smaug-bpe"), Trait.NONE, Pattern.words("\\p{N}{1,3}")),
    QWEN2(List.of("qwen2", "stablelm2", "hunyuan", "megrez", "deepseek-r1-qwen"), Trait.NONE, Pattern.words("\\p{N}")),
    QWEN35(
            List.of("qwen35"),
            Trait.NONE,
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}"
                    + "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    STARCODER(
            List.of("starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b"),
            Trait.NONE,
            "\\p{N}",
            Pattern.GPT2),
    FALCON(List.of("falcon"), Trait.NONE, "[\\p{P}\\$\\+<=>\\^~\\|`]+", Pattern.GPT2, "[0-9][0-9][0-9]"),
    DEEPSEEK_LLM(
            List.of("deepseek-llm"),
            Trait.NONE,
            "[\\r\\n]",
            "\\s?[" + Pattern.CASED_LETTERS + "]+",
            "\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+",
            "\\s+$",
            Pattern.IDEOGRAPHS,
            "\\p{N}+"),
    DEEPSEEK_CODER(
            List.of("deepseek-coder"),
            Trait.NONE,
            "[\\r\\n]",
            "\\s?\\p{L}+",
            "\\s?\\p{P}+",
            Pattern.IDEOGRAPHS,
            "\\p{N}"),
    DEEPSEEK_V3(
            List.of("deepseek-v3"),
            Trait.NONE,
            "\\p{N}{1,3}",
            "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+",
            "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                    + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    TEKKEN(List.of("tekken"), Trait.WHOLE_WORDS_AND_BOS, Pattern.casedWords("", "\\p{N}")),
    O200K(List.of("gpt-4o", "llama4"), Trait.NONE, Pattern.casedWords("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", "\\p{N}{1,3}"));

    private enum Trait {
        NONE,
        /** A word that is a token stays whole, whatever the merges say; a prompt begins with a begin-of-sequence token. */
        WHOLE_WORDS_AND_BOS
    }

    private final List<String> names;
    private final Trait trait;
    private final List<String> patterns;

    PreTokenizer(List<String> names, Trait trait, String... patterns) {
        this.names = names;
        this.trait = trait;
        this.patterns = List.of(patterns);
    }

    /** Regular expressions in Oniguruma's syntax. */
    List<String> patterns() {
        return patterns;
    }

    /** A word that is in the vocabulary is one token even where no sequence of merges builds it. */
    boolean ignoresMerges() {
        return trait == Trait.WHOLE_WORDS_AND_BOS;
    }

    /** Whether a prompt begins with the begin-of-sequence token where the file does not say. */
    boolean addsBosByDefault() {
        return trait == Trait.WHOLE_WORDS_AND_BOS;
    }

    /** By {@code tokenizer.ggml.pre}. */
    static Optional<PreTokenizer> named(String name) {
        return Arrays.stream(values())
                .filter(candidate -> candidate.names.contains(name))
                .findFirst();
    }

    static String supported() {
        return Arrays.stream(values())
                .flatMap(candidate -> candidate.names.stream())
                .collect(Collectors.joining(", "));
    }

    /** What several families share; apart, since an enum's constants cannot refer to its own fields. */
    private static final class Pattern {

        static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

        static final String IDEOGRAPHS = "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+";

        /** The family lists the ranges of cased letters of an older Unicode; these are what it leaves out of today's. */
        static final String CASED_LETTERS =
                "\\p{Lu}\\p{Ll}\\p{Lt}&&[^\u0560-\u0588\u10C7-\u10FF\u1C80-\u1C8F\u2D00-\u2D2D\uA790-\uA7FA\uAB30-\uAB68"
                        + "\\x{10570}-\\x{105BC}\\x{16E40}-\\x{16E7F}\\x{1D400}-\\x{1DF2F}]";

        private Pattern() {}

        /** English contractions, words with one mark before them, numbers as given, punctuation, and space by lines. */
        static String words(String numbers) {
            return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + numbers
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        }

        /** The same with words cut where lower case turns into upper case. */
        static String casedWords(String contractions, String numbers) {
            String mark = "[^\\r\\n\\p{L}\\p{N}]?";
            String upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
            String lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
            return mark + upper + "*" + lower + "+" + contractions + "|" + mark + upper + "+" + lower + "*"
                    + contractions + "|" + numbers
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        }
    }
}
