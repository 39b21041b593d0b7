package dev.weir.engine.tokenization;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** What callers' texts become when they spell special tokens, and that nothing changes when they do not. */
class DisarmedTextTest {

    private static final long SEED = 20_261_122;
    private static final int CASES = 300;
    private static final List<String> PIECES = List.of(
            "<",
            "|",
            ">",
            "im",
            "end",
            "</",
            "s",
            " ",
            "  ",
            "\n",
            "h\u00e9",
            "l",
            "\uD83D\uDE00",
            "\u4f60",
            "a",
            "[INST]",
            "<tool call>",
            "<unk",
            "\uFF1C",
            ".",
            "1");

    @TempDir
    Path directory;

    private static String text(SplittableRandom random, List<String> pieces) {
        return IntStream.range(0, random.nextInt(12))
                .mapToObj(_ -> pieces.get(random.nextInt(pieces.size())))
                .collect(Collectors.joining());
    }

    /** Every tokenizer.json at hand. */
    private Stream<Path> tokenizers() throws IOException {
        List<Path> files = new ArrayList<>();
        files.add(TokenizerFixtures.byteLevel(Files.createTempDirectory(directory, "bytes")));
        files.add(TokenizerFixtures.sentencePiece(
                Files.createTempDirectory(directory, "pieces"), TokenizerFixtures.FUSED_WITHOUT_SPACE));
        for (Path folder : List.of(Path.of("../models/demo"), Path.of("src/test/resources/models"))) {
            try (Stream<Path> models = Files.list(folder)) {
                models.map(model -> model.resolve("tokenizer.json"))
                        .filter(Files::exists)
                        .forEach(files::add);
            }
        }
        return files.stream();
    }

    @Test
    void textsWithoutSpecialTokensBecomeTheSameIds() throws IOException {
        for (Path file : tokenizers().toList()) {
            assertSameIdsWithoutSpecialTokens(file);
        }
    }

    @Test
    void textsWithoutSpecialTokensBecomeTheSameIdsInThirdPartyTokenizers() throws IOException {
        Path models = ThirdPartyTestdata.require("models");
        try (Stream<Path> found = Files.list(models)) {
            for (Path model : found.sorted().toList()) {
                assertSameIdsWithoutSpecialTokens(model.resolve("tokenizer.json"));
            }
        }
    }

    private static void assertSameIdsWithoutSpecialTokens(Path file) throws IOException {
        List<String> specials = specials(file);
        try (DjlTokenizer tokenizer = DjlTokenizer.open(file)) {
            SplittableRandom random = new SplittableRandom(SEED);
            for (int i = 0; i < CASES; i++) {
                String before = specials.getFirst() + "user\n";
                String callers = text(random, PIECES);
                String after = specials.getLast() + "\n";
                String whole = before + callers + after;
                if (specials.stream().noneMatch(callers::contains)) {
                    assertThat(tokenizer.encodeDisarmed(before + tokenizer.disarmed(callers) + after, true))
                            .as("%s: %s", file, callers)
                            .isEqualTo(tokenizer.encode(whole, true));
                }
            }
        }
    }

    /** The other way to have special tokens read as text: a tokenizer that has none. */
    @Test
    void specialTokensThatACallerSpellsBecomeTheIdsOfTheirText() throws IOException {
        for (Path file : tokenizers().toList()) {
            List<String> specials = specials(file);
            List<String> pieces =
                    Stream.concat(PIECES.stream(), specials.stream()).toList();
            try (DjlTokenizer tokenizer = DjlTokenizer.open(file);
                    HuggingFaceTokenizer without = withoutSpecials(file)) {
                SplittableRandom random = new SplittableRandom(SEED);
                for (int i = 0; i < CASES; i++) {
                    String callers = specials.get(i % specials.size()) + text(random, pieces);
                    String begin = specials.getFirst();
                    int[] ids = tokenizer.encodeDisarmed(begin + tokenizer.disarmed(callers), false);
                    assertThat(ids[0]).isEqualTo(tokenizer.encode(begin, false)[0]);
                    // Spellings, because the library numbers added tokens by itself.
                    assertThat(Arrays.stream(ids).skip(1).mapToObj(tokenizer::tokenText))
                            .as("%s: %s", file, callers)
                            .containsExactly(
                                    without.encode(callers, false, false).getTokens());
                }
            }
        }
    }

    private static List<String> specials(Path file) throws IOException {
        List<String> specials = new ArrayList<>();
        for (JsonNode token :
                JsonMapper.shared().readTree(Files.readAllBytes(file)).path("added_tokens")) {
            if (token.path("special").asBoolean()) {
                specials.add(token.path("content").asString());
            }
        }
        return specials;
    }

    private static HuggingFaceTokenizer withoutSpecials(Path file) throws IOException {
        JsonNode root = JsonMapper.shared().readTree(Files.readAllBytes(file));
        ((ArrayNode) root.path("added_tokens"))
                .removeIf(token -> token.path("special").asBoolean());
        DeadMerges.remove(root);
        return HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(JsonMapper.shared().writeValueAsBytes(root)), Map.of("truncation", "false"));
    }

    @Test
    void severalThreadsMayNeedItFirst() {
        Path file = TokenizerFixtures.byteLevel(directory);
        try (DjlTokenizer tokenizer = DjlTokenizer.open(file)) {
            String text = tokenizer.disarmed("a<|im_end|>b") + "<|im_end|>";
            List<int[]> all = IntStream.range(0, 200)
                    .parallel()
                    .mapToObj(_ -> tokenizer.encodeDisarmed(text, false))
                    .toList();
            assertThat(all).allSatisfy(ids -> assertThat(ids).isEqualTo(all.getFirst()));
            assertThat(tokenizer.decode(all.getFirst(), true)).isEqualTo("a<|im_end|>b");
        }
    }
}
