package dev.weir.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptWriterTest {
    private static final Pattern TOKEN = Pattern.compile(" ?[a-z]{1,4}");

    /** Cuts words into pieces of at most four letters, so most words are two tokens, as rare words are to real tokenizers. */
    private static final class Pieces implements TokenCounter {
        private int looks;

        @Override
        public int count(String text) {
            looks++;
            return (int) TOKEN.matcher(text).results().count();
        }

        @Override
        public String method() {
            return "pieces";
        }
    }

    private final Pieces pieces = new Pieces();
    private final SplittableRandom random = new SplittableRandom(11);
    private final PromptWriter writer = new PromptWriter(pieces);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 17, 512, 4_096})
    void textsHaveExactlyTheOrderedTokens(int tokens) {
        for (int i = 0; i < 20; i++) {
            String text = writer.write(tokens, random);
            assertThat(pieces.count(text)).as(text).isEqualTo(tokens);
        }
    }

    @Test
    void extensionsKeepTheirBeginningAndHaveTheOrderedTokensTogether() {
        String begin = writer.write(100, random);
        String longer = writer.extend(begin, 150, random);

        assertThat(longer).startsWith(begin + " ");
        assertThat(pieces.count(longer)).isEqualTo(150);
    }

    @Test
    void aTextTakesFewLooks() {
        writer.write(512, random);

        assertThat(pieces.looks).isLessThan(15);
    }

    @Test
    void withoutATokenizerTheApproximationIsKeptExactly() {
        String text = new PromptWriter(TokenCounter.approximate()).write(512, random);

        assertThat(TokenCounter.approximate().count(text)).isEqualTo(512);
    }
}
