package dev.weir.engine.tokenization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.model.ThirdPartyTestdata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetokenizerTest {

    private static final long SEED = 4_711;
    private static final List<String> TEXTS = List.of(
            "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66",
            "\u4f60\u597d\uFF0C\u4e16\u754c",
            "na\u00efve caf\u00e9",
            "\uD83D\uDE00",
            " leading and  double",
            "<|im_end|>",
            "<s>");

    @TempDir
    Path directory;

    @Test
    void piecesJoinToTheWholeForByteLevel() {
        assertPiecesJoin(TokenizerFixtures.byteLevel(directory), 3_000);
    }

    @Test
    void piecesJoinToTheWholeForSentencePiece() {
        for (Map<String, Object> decoder :
                List.of(TokenizerFixtures.FUSED_WITHOUT_SPACE, TokenizerFixtures.FUSED, TokenizerFixtures.METASPACE)) {
            assertPiecesJoin(TokenizerFixtures.sentencePiece(directory, decoder), 2_000);
        }
    }

    @Test
    void piecesJoinToTheWholeForThirdPartyTokenizers() throws IOException {
        try (Stream<Path> models = Files.list(ThirdPartyTestdata.require("models"))) {
            models.sorted().forEach(model -> assertPiecesJoin(model.resolve("tokenizer.json"), 200));
        }
    }

    private static void assertPiecesJoin(Path file, int cases) {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(file)) {
            SplittableRandom random = new SplittableRandom(SEED);
            for (int i = 0; i < cases; i++) {
                int[] all = ids(random, tokenizer, 50);
                int contextTokens = random.nextInt(all.length + 1);
                int[] context = Arrays.copyOf(all, contextTokens);
                int[] output = Arrays.copyOfRange(all, contextTokens, all.length);
                String shown = append(tokenizer.detokenizer(context), output);
                IncrementalDetokenizer whole = tokenizer.detokenizer(new int[0]);
                StringBuilder beforeOutput = new StringBuilder();
                for (int id : context) {
                    beforeOutput.append(whole.append(id));
                }
                assertThat(beforeOutput + shown).isEqualTo(tokenizer.decode(all, true));
            }
        }
    }

    private static String append(IncrementalDetokenizer detokenizer, int[] ids) {
        StringBuilder shown = new StringBuilder();
        for (int id : ids) {
            String piece = detokenizer.append(id);
            assertThat(piece.codePoints().filter(c -> c >= 0xD800 && c <= 0xDFFF))
                    .as("half a pair")
                    .isEmpty();
            shown.append(piece);
        }
        return shown.append(detokenizer.flush()).toString();
    }

    @Test
    void holdsACharacterBackUntilItIsWhole() {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(TokenizerFixtures.byteLevel(directory))) {
            int[] halves = tokenizer.encode("\uD83D\uDE00", false);
            IncrementalDetokenizer detokenizer = tokenizer.detokenizer(new int[0]);
            assertThat(detokenizer.append(halves[0])).isEmpty();
            assertThat(detokenizer.append(halves[1])).isEqualTo("\uD83D\uDE00");
            assertThat(detokenizer.flush()).isEmpty();
        }
    }

    @Test
    void finishesACharacterThatTheContextBegan() {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(TokenizerFixtures.byteLevel(directory))) {
            int[] halves = tokenizer.encode("\uD83D\uDE00", false);
            int[] context = new int[] {tokenizer.encode("x", false)[0], halves[0]};
            assertThat(tokenizer.detokenizer(context).append(halves[1])).isEqualTo("\uD83D\uDE00");
        }
    }

    @Test
    void keepsTheSpaceOfATokenThatFollowsText() {
        Path file = TokenizerFixtures.sentencePiece(directory, TokenizerFixtures.FUSED_WITHOUT_SPACE);
        try (DjlTokenizer tokenizer = DjlTokenizer.open(file)) {
            int[] word = tokenizer.encode("a", false);
            int beginOfSequence = tokenizer.encode("<s>", false)[0];
            assertThat(append(tokenizer.detokenizer(word), word)).isEqualTo(" a");
            assertThat(append(tokenizer.detokenizer(new int[] {beginOfSequence}), word))
                    .isEqualTo("a");
            assertThat(append(tokenizer.detokenizer(new int[0]), word)).isEqualTo("a");
        }
    }

    @Test
    void endsAnIncompleteCharacterWithOneReplacement() {
        try (DjlTokenizer tokenizer = DjlTokenizer.open(TokenizerFixtures.byteLevel(directory))) {
            int half = tokenizer.encode("\uD83D\uDE00", false)[0];
            IncrementalDetokenizer detokenizer = tokenizer.detokenizer(new int[0]);
            assertThat(detokenizer.append(half) + detokenizer.flush()).isEqualTo("\uFFFD");
            assertThat(detokenizer.flush()).isEmpty();
        }
    }

    /** Mostly any ids at all, so that characters break in every way; mixed with real text and repeated tokens. */
    static int[] ids(SplittableRandom random, Tokenizer tokenizer, int lengthMax) {
        int[] ids = random.ints(random.nextInt(lengthMax), 0, tokenizer.vocabSize() + 2)
                .toArray();
        if (random.nextInt(3) == 0) {
            int[] text = tokenizer.encode(TEXTS.get(random.nextInt(TEXTS.size())), false);
            int from = random.nextInt(text.length + 1);
            int at = random.nextInt(ids.length + 1);
            int[] joined = Arrays.copyOf(ids, ids.length + text.length - from);
            System.arraycopy(text, from, joined, at, text.length - from);
            System.arraycopy(ids, at, joined, at + text.length - from, ids.length - at);
            return joined;
        }
        return ids;
    }
}
