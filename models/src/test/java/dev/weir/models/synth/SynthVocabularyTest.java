package dev.weir.models.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.weir.models.tokenizer.BpeVocabulary;
import dev.weir.models.tokenizer.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SynthVocabularyTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {259, 300, 1_024, 32_000, 152_064})
    void hasExactlySoManyTokensNoTwoAlike(int size) {
        BpeVocabulary vocabulary = SynthVocabulary.of(size);

        assertThat(vocabulary.size()).isEqualTo(size);
        assertThat(new HashSet<>(vocabulary.ordinaryTokens())).hasSize(size - 3);
    }

    @Test
    void splitsAndJoinsAnyText() throws IOException {
        new TokenizerFiles(SynthVocabulary.of(32_000)).write(directory, SynthShape.CONTEXT_TOKENS);
        try (HuggingFaceTokenizer tokenizer =
                HuggingFaceTokenizer.newInstance(directory.resolve("tokenizer.json"), Map.of("truncation", "false"))) {
            String text = "The river runs over the weir at night, 1234 litres a second; naïve café ☕ 日本語\n\n";
            long[] ids = tokenizer.encode(text).getIds();

            assertThat(tokenizer.decode(ids)).isEqualTo(text);
            assertThat(tokenizer
                            .encode(" the water and the stone of an old mill in the late autumn")
                            .getIds())
                    .hasSizeLessThan(29);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {258, 1_000_000})
    void refusesWhatCannotBeMade(int size) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SynthVocabulary.of(size))
                .withMessage("no vocabulary of " + size + " tokens can be made");
    }
}
