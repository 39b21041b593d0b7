package dev.weir.engine.tokenization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.model.ThirdPartyTestdata;
import dev.weir.engine.model.gguf.GgufFile;
import dev.weir.engine.model.gguf.GgufVocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tokenizers out of GGUF files, against the ids that the vocabularies' authors publish beside them. */
class GgufTokenizerTest {

    private static final String CASE_SEPARATOR = "\n__ggml_vocab_test__\n";

    private record Published(Path vocabulary, List<String> texts, List<String> ids) {

        /** Texts are separated by a line of their own; their ids stand in as many lines. */
        static Published beside(Path vocabulary) throws IOException {
            String texts = Files.readString(Path.of(vocabulary + ".inp"));
            List<String> ids =
                    Files.readString(Path.of(vocabulary + ".out")).lines().toList();
            return new Published(
                    vocabulary, List.of(texts.split(CASE_SEPARATOR, -1)).subList(0, ids.size()), ids);
        }
    }

    @Test
    void everyPublishedTextGivesItsIds() throws IOException {
        for (Published published : published()) {
            try (Tokenizer tokenizer = DjlTokenizer.open(published.vocabulary())) {
                for (int i = 0; i < published.texts().size(); i++) {
                    assertThat(tokenizer.encode(published.texts().get(i), false))
                            .as("%s case %d", published.vocabulary().getFileName(), i)
                            .containsExactly(ids(published.ids().get(i)));
                }
            }
        }
    }

    @Test
    void everyPublishedTextComesBack() throws IOException {
        for (Published published : published()) {
            try (Tokenizer tokenizer = DjlTokenizer.open(published.vocabulary())) {
                for (String text : published.texts()) {
                    assertThat(tokenizer.decode(tokenizer.encode(text, false), true))
                            .as(published.vocabulary().toString())
                            .isEqualTo(text);
                }
            }
        }
    }

    @Test
    void specialTokenThatACallerSpellsStaysText() throws IOException {
        for (Published published : published()) {
            try (DjlTokenizer tokenizer = DjlTokenizer.open(published.vocabulary())) {
                String spelling = tokenizer.tokenText(endId(published.vocabulary()));
                assertThat(tokenizer.encode(spelling, false))
                        .as(published.vocabulary().toString())
                        .hasSize(1);
                assertThat(tokenizer.encodeDisarmed(tokenizer.disarmed(spelling), false))
                        .as(published.vocabulary().toString())
                        .hasSizeGreaterThan(1);
            }
        }
    }

    private static int endId(Path vocabulary) {
        return GgufVocabulary.of(GgufFile.read(vocabulary).metadata())
                .specialId("eos")
                .orElseThrow();
    }

    private static int[] ids(String line) {
        return Arrays.stream(line.strip().split(" +"))
                .filter(id -> !id.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static List<Published> published() throws IOException {
        List<Published> published = new ArrayList<>();
        try (Stream<Path> files = Files.list(ThirdPartyTestdata.require("tokenizers"))) {
            for (Path file : files.filter(file -> file.toString().endsWith(".gguf"))
                    .sorted()
                    .toList()) {
                published.add(Published.beside(file));
            }
        }
        assertThat(published).isNotEmpty();
        return published;
    }
}
