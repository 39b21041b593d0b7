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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tokenizers out of GGUF files, against the ids that the vocabularies' authors publish beside them. */
class GgufTokenizerTest {

    private static final String CASE_SEPARATOR = "\n__ggml_vocab_test__\n";

    private record Published(Path vocabulary, DjlTokenizer tokenizer, List<String> texts, List<String> ids) {

        /** Texts are separated by a line of their own; their ids stand in as many lines. */
        static Published beside(Path vocabulary) throws IOException {
            String texts = Files.readString(Path.of(vocabulary + ".inp"));
            List<String> ids =
                    Files.readString(Path.of(vocabulary + ".out")).lines().toList();
            return new Published(
                    vocabulary,
                    DjlTokenizer.open(vocabulary),
                    List.of(texts.split(CASE_SEPARATOR, -1)).subList(0, ids.size()),
                    ids);
        }
    }

    /** Opened once: most of what they take is that. */
    private static final List<Published> PUBLISHED = new ArrayList<>();

    @BeforeAll
    static void openTokenizers() throws IOException {
        try (Stream<Path> files = Files.list(ThirdPartyTestdata.require("tokenizers"))) {
            for (Path file : files.filter(file -> file.toString().endsWith(".gguf"))
                    .sorted()
                    .toList()) {
                PUBLISHED.add(Published.beside(file));
            }
        }
        assertThat(PUBLISHED).isNotEmpty();
    }

    @AfterAll
    static void closeTokenizers() {
        PUBLISHED.forEach(published -> published.tokenizer().close());
        PUBLISHED.clear();
    }

    @Test
    void everyPublishedTextGivesItsIds() {
        for (Published published : PUBLISHED) {
            for (int i = 0; i < published.texts().size(); i++) {
                assertThat(published.tokenizer().encode(published.texts().get(i), false))
                        .as("%s case %d", published.vocabulary().getFileName(), i)
                        .containsExactly(ids(published.ids().get(i)));
            }
        }
    }

    @Test
    void everyPublishedTextComesBack() {
        for (Published published : PUBLISHED) {
            Tokenizer tokenizer = published.tokenizer();
            for (String text : published.texts()) {
                assertThat(tokenizer.decode(tokenizer.encode(text, false), true))
                        .as(published.vocabulary().toString())
                        .isEqualTo(text);
            }
        }
    }

    @Test
    void specialTokenThatACallerSpellsStaysText() {
        for (Published published : PUBLISHED) {
            DjlTokenizer tokenizer = published.tokenizer();
            String spelling = tokenizer.tokenText(endId(published.vocabulary()));
            assertThat(tokenizer.encode(spelling, false))
                    .as(published.vocabulary().toString())
                    .hasSize(1);
            assertThat(tokenizer.encodeDisarmed(tokenizer.disarmed(spelling), false))
                    .as(published.vocabulary().toString())
                    .hasSizeGreaterThan(1);
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
}
