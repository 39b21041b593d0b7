package dev.weir.control.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.Usage;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageScannerTest {
    private static final String USAGE =
            "\"usage\" : {\"prompt_tokens\":7,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":5}}";

    private static UsageScanner scanned(String... pieces) {
        UsageScanner scanner = new UsageScanner();
        for (String piece : pieces) {
            byte[] bytes = piece.getBytes(UTF_8);
            scanner.scan(bytes, 0, bytes.length);
        }
        return scanner;
    }

    @Test
    void findsWhatAnAnswerTookHoweverItIsCut() {
        String answer =
                "{\"choices\":[{\"text\":\"\\\"usage\\\":{\\\"prompt_tokens\\\":9}\"}],\"usage\":null," + USAGE + "}";
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 500; i++) {
            int one = random.nextInt(answer.length());
            int other = random.nextInt(answer.length());
            String[] pieces = {
                answer.substring(0, Math.min(one, other)),
                answer.substring(Math.min(one, other), Math.max(one, other)),
                answer.substring(Math.max(one, other))
            };
            assertThat(scanned(pieces).found()).hasValue(new Usage(7, 5, 3));
        }
    }

    @Test
    void aResponseHasOtherNamesForIt() {
        assertThat(scanned(
                                "{\"usage\":{\"input_tokens\":7,\"input_tokens_details\":{\"cached_tokens\":5},\"output_tokens\":3}}")
                        .found())
                .hasValue(new Usage(7, 5, 3));
    }

    @Test
    void theLastWordCounts() {
        assertThat(scanned("{\"usage\":{\"prompt_tokens\":1}}", "{" + USAGE + "}")
                        .found())
                .hasValue(new Usage(7, 5, 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"usage\":null}",
                "{\"usage\":7}",
                "{\"a\":\"usage\",\"b\":{\"prompt_tokens\":1}}",
                "{\"text\":\"\\\"usage\\\":{\\\"prompt_tokens\\\":9}\"}",
                "{\"usage\":{\"prompt_tokens\":"
            })
    void findsNothingWhereNothingIsSaid(String answer) {
        assertThat(scanned(answer).found()).isEmpty();
    }

    @Test
    void holdsNoMoreThanItsLimit() {
        assertThat(scanned("{\"usage\":{\"x\":\"" + "y".repeat(10_000) + "\"}}", "{" + USAGE + "}")
                        .found())
                .hasValue(new Usage(7, 5, 3));
    }

    @Test
    void absurdCountsAreNone() {
        assertThat(scanned("{\"usage\":{\"prompt_tokens\":-4,\"completion_tokens\":1e99}}")
                        .found())
                .hasValue(Usage.NONE);
    }
}
