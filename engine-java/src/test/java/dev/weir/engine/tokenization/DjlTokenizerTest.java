package dev.weir.engine.tokenization;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.weir.engine.model.ThirdPartyTestdata;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DjlTokenizerTest {

    private static final long SEED = 20_261_121;
    private static final String ACROBATICS =
            "hello w\u00f6rld \uD83D\uDE00\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67 "
                    + "\u4f60\u597d \u05e9\u05dc\u05d5\u05dd\tn\u00e9\n  three   spaces <|im_end|><tool call>\u0000\u007f\u2028";

    @TempDir
    Path directory;

    @Test
    void decodesWhatItEncoded() {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(TokenizerFixtures.byteLevel(directory))) {
            int[] ids = tokenizer.encode(ACROBATICS, false);
            assertThat(tokenizer.decode(ids, false)).isEqualTo(ACROBATICS);
            assertThat(tokenizer.decode(ids, true)).isEqualTo(ACROBATICS.replace("<|im_end|>", ""));
        }
    }

    @Test
    void roundTripsSentencePieceAndItsLeadingSpace() {
        Path file = TokenizerFixtures.sentencePiece(directory, TokenizerFixtures.FUSED_WITHOUT_SPACE);
        try (DjlTokenizer tokenizer = DjlTokenizer.open(file)) {
            for (String text : List.of("hello", " hello", "a \uD83D\uDE00 b", "\u4f60\u597d")) {
                assertThat(tokenizer.decode(tokenizer.encode(text, false), true))
                        .isEqualTo(text);
            }
        }
    }

    @Test
    void replacesLoneSurrogatesInsteadOfFailing() {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(TokenizerFixtures.byteLevel(directory))) {
            int[] ids = tokenizer.encode("a\uD83Db\uDE00", false);
            assertThat(tokenizer.decode(ids, false)).isEqualTo("a\uFFFDb\uFFFD");
        }
    }

    @Test
    void neverTruncates() {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(TokenizerFixtures.byteLevel(directory))) {
            assertThat(tokenizer.encode("x ".repeat(50_000), false)).hasSize(100_000);
            assertThat(tokenizer.encode("", true)).isEmpty();
        }
    }

    @Test
    void givesTheBytesOfTokens() {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(TokenizerFixtures.byteLevel(directory))) {
            int[] half = tokenizer.encode("\uD83D\uDE00", false);
            assertThat(half).hasSize(2);
            assertThat(tokenizer.tokenBytes(half[0])).containsExactly(0xF0, 0x9F);
            assertThat(tokenizer.tokenText(tokenizer.encode(" w", false)[0])).isEqualTo("\u0120w");
            int special = tokenizer.encode("<|im_end|>", false)[0];
            assertThat(tokenizer.tokenBytes(special)).isEmpty();
            assertThat(tokenizer.tokenText(special)).isEqualTo("<|im_end|>");
            int tool = tokenizer.encode("<tool call>", false)[0];
            assertThat(tokenizer.tokenBytes(tool)).isEqualTo("<tool call>".getBytes(UTF_8));
        }
    }

    @Test
    void hasNoTextForRowsBeyondTheVocabulary() {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(TokenizerFixtures.byteLevel(directory))) {
            int[] beyond = {tokenizer.vocabSize(), Integer.MAX_VALUE, -1};
            assertThat(tokenizer.decode(beyond, false)).isEmpty();
            assertThat(tokenizer.tokenText(beyond[1])).isEmpty();
            assertThat(tokenizer.tokenBytes(beyond[0])).isEmpty();
        }
    }

    /** The tokenizers library decodes as a whole; so do we, from the bytes alone. */
    @Test
    void decodesAnyIdsAsTheLibraryDoes() throws IOException {
        Path file = TokenizerFixtures.byteLevel(directory);
        assertDecodesAsTheLibrary(file, 3_000, 40);
    }

    @Test
    void decodesSpecialFormsAsTheLibraryDoes() throws IOException {
        for (Map<String, Object> decoder :
                List.of(TokenizerFixtures.FUSED_WITHOUT_SPACE, TokenizerFixtures.FUSED, TokenizerFixtures.METASPACE)) {
            Path file = TokenizerFixtures.sentencePiece(directory, decoder);
            try (DjlTokenizer tokenizer = DjlTokenizer.open(file);
                    HuggingFaceTokenizer library = library(file)) {
                // Byte tokens are left out: of an invalid run the library makes one U+FFFD for each byte, also of its
                // valid characters.
                int[] pieces = IntStream.concat(IntStream.of(0, 1, 2), IntStream.range(259, tokenizer.vocabSize()))
                        .toArray();
                SplittableRandom random = new SplittableRandom(SEED);
                for (int i = 0; i < 2_000; i++) {
                    int[] ids = random.ints(random.nextInt(12), 0, pieces.length)
                            .map(index -> pieces[index])
                            .toArray();
                    assertSame(library, tokenizer, ids);
                }
            }
        }
    }

    @Test
    void decodesAnyIdsOfThirdPartyTokenizersAsTheLibraryDoes() throws IOException {
        Path models = ThirdPartyTestdata.require("models");
        try (Stream<Path> found = Files.list(models)) {
            for (Path model : found.sorted().toList()) {
                assertDecodesAsTheLibrary(model.resolve("tokenizer.json"), 200, 60);
            }
        }
    }

    private static void assertDecodesAsTheLibrary(Path file, int cases, int lengthMax) throws IOException {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(file);
                HuggingFaceTokenizer library = library(file)) {
            SplittableRandom random = new SplittableRandom(SEED);
            for (int i = 0; i < cases; i++) {
                assertSame(library, tokenizer, DetokenizerTest.ids(random, tokenizer, lengthMax));
            }
        }
    }

    private static HuggingFaceTokenizer library(Path file) throws IOException {
        byte[] json = DeadMerges.removed(file).orElse(Files.readAllBytes(file));
        return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), Map.of("truncation", "false"));
    }

    private static void assertSame(HuggingFaceTokenizer library, DjlTokenizer tokenizer, int[] ids) {
        long[] wide = IntStream.of(ids).asLongStream().toArray();
        for (boolean skip : List.of(true, false)) {
            assertThat(tokenizer.decode(ids, skip))
                    .as("%s, skip %s", tokens(tokenizer, ids), skip)
                    .isEqualTo(library.decode(wide, skip));
        }
    }

    private static List<String> tokens(DjlTokenizer tokenizer, int[] ids) {
        List<String> tokens = new ArrayList<>();
        for (int id : ids) {
            tokens.add(tokenizer.tokenText(id));
        }
        return tokens;
    }

    @Test
    void encodesInManyThreadsAtOnceAsInOne() {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(TokenizerFixtures.byteLevel(directory))) {
            int[] alone = tokenizer.encode(ACROBATICS, false);
            assertThat(IntStream.range(0, 2_000).parallel().mapToObj(_ -> tokenizer.encode(ACROBATICS, false)))
                    .allSatisfy(ids -> assertThat(ids).isEqualTo(alone));
        }
    }

    @Test
    void refusesDecodersThatDoNotWorkTokenByToken() {
        Path file = TokenizerFixtures.sentencePiece(directory, Map.of("type", "WordPiece", "prefix", "##"));
        assertThatThrownBy(() -> DjlTokenizer.open(file))
                .isInstanceOf(TokenizerFormatException.class)
                .hasMessageContaining("tokenizer.json")
                .hasMessageContaining("WordPiece")
                .hasMessageContaining("supported: ByteLevel");
    }

    @Test
    void namesTheFileThatIsDamaged() throws IOException {
        Path file = TokenizerFixtures.byteLevel(directory);
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 1, 100, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> DjlTokenizer.open(file))
                    .isInstanceOf(TokenizerFormatException.class)
                    .hasMessageContaining("tokenizer.json");
        }
    }

    @Test
    void doesWithoutMergesThatCanNeverApply() throws IOException {
        Path file = TokenizerFixtures.byteLevel(directory);
        Files.writeString(file, Files.readString(file).replace("[\"h\",\"e\"]", "[\"h\",\"nowhere\"]"));
        try (DjlTokenizer tokenizer = DjlTokenizer.open(file)) {
            assertThat(tokenizer.encode("hel", false)).hasSize(3);
        }
    }

    @Test
    void passesOnWhyTheLibraryRefuses() throws IOException {
        Path file = TokenizerFixtures.byteLevel(directory);
        Files.writeString(
                file,
                Files.readString(file).replace("\"post_processor\":null", "\"post_processor\":{\"type\":\"Unheard\"}"));
        assertThatThrownBy(() -> DjlTokenizer.open(file))
                .isInstanceOf(TokenizerFormatException.class)
                .hasMessageContaining("tokenizers library");
    }

    /** The library brings the whole process down over a merge that lacks the prefix announced. */
    @Test
    void refusesAffixesThatTheLibraryWouldNotSurvive() throws IOException {
        Path file = TokenizerFixtures.byteLevel(directory);
        String json = Files.readString(file);
        for (String field : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            Files.writeString(file, json.replace("\"" + field + "\":null", "\"" + field + "\":\"<unk>\""));
            assertThatThrownBy(() -> DjlTokenizer.open(file))
                    .isInstanceOf(TokenizerFormatException.class)
                    .hasMessageContaining("model." + field);
        }
    }

    @Test
    void readsDamagedFilesOrNamesThem() throws IOException {
        Path file = TokenizerFixtures.sentencePiece(directory, TokenizerFixtures.FUSED);
        String whole = Files.readString(file);
        int refused = 0;
        for (int seed = 0; seed < 3_000; seed++) {
            Files.writeString(file, damaged(whole, new SplittableRandom(seed)));
            try {
                assertThat(TokenizerJson.read(file).size()).isPositive();
            } catch (TokenizerFormatException e) {
                refused++;
                assertThat(e.getMessage()).doesNotContain("\n");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(refused).isBetween(500, 2_999);
    }

    private static String damaged(String whole, SplittableRandom random) {
        String alphabet = "{}[]\",:0123456789-e.";
        StringBuilder text = new StringBuilder(whole);
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, (char) (text.charAt(at) ^ 1 << random.nextInt(7)));
                case 1 -> text.deleteCharAt(at);
                case 2 -> text.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
                default -> text.setLength(at + 1);
            }
        }
        return text.toString();
    }
}
