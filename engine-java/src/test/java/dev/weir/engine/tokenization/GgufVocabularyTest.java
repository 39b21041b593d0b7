package dev.weir.engine.tokenization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.TestModels;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelFormatException;
import dev.weir.engine.model.gguf.GgufConversion;
import dev.weir.engine.model.gguf.GgufWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokenizers out of GGUF files that the tests write themselves. */
class GgufVocabularyTest {

    private static final int FIRST_BYTE_ID = 3;
    private static final int FIRST_PIECE_ID = FIRST_BYTE_ID + 256;

    /** In the order of their scores: the most likely first. Single letters are less likely than all. */
    private static final List<String> PIECES =
            List.of("ll", "he", "\u2581he", "ell", "llo", "\u2581hell", "\u2581hello", "\u2581", "e", "h", "l", "o");

    @TempDir
    Path directory;

    private DjlTokenizer open(GgufWriter writer) {
        return DjlTokenizer.open(writer.write(directory.resolve("model.gguf")));
    }

    static List<Path> models() {
        return List.of(TestModels.fixture(TestModels.TINY_LLAMA), TestModels.fixture(TestModels.TINY_QWEN3));
    }

    @ParameterizedTest
    @MethodSource("models")
    void byteLevelGivesTheIdsOfItsSource(Path model) {
        try (DjlTokenizer source = DjlTokenizer.open(model.resolve("tokenizer.json"));
                DjlTokenizer converted = open(GgufConversion.converted(model, DType.F32))) {
            for (String text : List.of(
                    "", "hello", " Hello,  world's end!\n\n\tx", "na\u00efve \u4f60\u597d \uD83D\uDE00", "12345 + 6")) {
                int[] ids = source.encode(text, false);
                assertThat(converted.encode(text, false)).as(text).containsExactly(ids);
                assertThat(converted.decode(ids, true)).as(text).isEqualTo(text);
            }
        }
    }

    private static GgufWriter sentencePiece() {
        List<String> spellings = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(2, 3, 3));
        List<Float> scores = new ArrayList<>(List.of(0f, 0f, 0f));
        for (int value = 0; value < 256; value++) {
            spellings.add("<0x%02X>".formatted(value));
            types.add(6);
            scores.add(0f);
        }
        for (String piece : PIECES) {
            spellings.add(piece);
            types.add(1);
            scores.add(-(float) spellings.size());
        }
        spellings.add("<mark>");
        types.add(4);
        scores.add(0f);
        return new GgufWriter()
                .put("general.architecture", "llama")
                .put("tokenizer.ggml.model", "llama")
                .put("tokenizer.ggml.tokens", spellings)
                .put("tokenizer.ggml.token_type", types)
                .put("tokenizer.ggml.scores", scores)
                .put("tokenizer.ggml.bos_token_id", 1)
                .put("tokenizer.ggml.eos_token_id", 2)
                .put("tokenizer.ggml.unknown_token_id", 0);
    }

    private static int piece(String spelling) {
        return FIRST_PIECE_ID + PIECES.indexOf(spelling);
    }

    @Test
    void sentencePieceMergesTheMostLikelyPairFirst() {
        try (DjlTokenizer tokenizer = open(sentencePiece())) {
            // "ll" goes first, so "ell" can still be built of "e" and "ll", but "he" is more likely and takes the "e".
            assertThat(tokenizer.encode("hello", false)).containsExactly(piece("\u2581hello"));
            assertThat(tokenizer.encode("ello", false)).containsExactly(piece("\u2581"), piece("ell"), piece("o"));
            assertThat(tokenizer.encode("hello", true)).containsExactly(1, piece("\u2581hello"));
        }
    }

    @Test
    void sentencePieceSpellsByBytesWhatIsInNoPiece() {
        try (DjlTokenizer tokenizer = open(sentencePiece())) {
            int[] ids = {piece("\u2581"), FIRST_BYTE_ID + 0xC3, FIRST_BYTE_ID + 0xA9, piece("\u2581he")};
            assertThat(tokenizer.encode("\u00e9 he", false)).containsExactly(ids);
            assertThat(tokenizer.decode(ids, true)).isEqualTo("\u00e9 he");
        }
    }

    @Test
    void spaceBeforeTheTextIsTheFilesChoice() {
        try (DjlTokenizer tokenizer = open(sentencePiece().put("tokenizer.ggml.add_space_prefix", false))) {
            assertThat(tokenizer.encode("he", false)).containsExactly(piece("he"));
            assertThat(tokenizer.encode(" he", false)).containsExactly(piece("\u2581he"));
        }
    }

    @Test
    void userDefinedTokensAreFoundInAnyText() {
        try (DjlTokenizer tokenizer = open(sentencePiece().put("tokenizer.ggml.add_space_prefix", false))) {
            assertThat(tokenizer.encode("he<mark>he", false))
                    .containsExactly(piece("he"), FIRST_PIECE_ID + PIECES.size(), piece("he"));
        }
    }

    @Test
    void filesChoiceOfTheFirstTokenIsKept() {
        try (DjlTokenizer tokenizer = open(
                sentencePiece().put("tokenizer.ggml.add_bos_token", false).put("tokenizer.ggml.add_eos_token", true))) {
            assertThat(tokenizer.encode("hello", true)).containsExactly(piece("\u2581hello"), 2);
        }
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() {
        assertRefused(sentencePiece().put("tokenizer.ggml.model", "t5"), "\"t5\"", "supported: llama, gpt2");
        assertRefused(
                sentencePiece().put("tokenizer.ggml.model", "gpt2").put("tokenizer.ggml.pre", "klingon"),
                "\"klingon\"",
                "qwen2");
        assertRefused(sentencePiece().remove("tokenizer.ggml.scores"), "tokenizer.ggml.scores has 0 entries");
        assertRefused(
                sentencePiece()
                        .put("tokenizer.ggml.model", "gpt2")
                        .put("tokenizer.ggml.pre", "gpt-2")
                        .put("tokenizer.ggml.merges", List.of("alone")),
                "\"alone\", which is no pair");
    }

    private void assertRefused(GgufWriter writer, String... parts) {
        assertThatThrownBy(() -> open(writer).close())
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll(parts);
    }
}
