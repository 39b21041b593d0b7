package dev.weir.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LengthsTest {
    private static int[] draws(String text, int count) {
        Lengths lengths = Lengths.parse(text);
        SplittableRandom random = new SplittableRandom(3);
        return IntStream.range(0, count).map(_ -> lengths.draw(random)).toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"512", "uniform:1-9", "lognormal:400,0.6,2000"})
    void areWrittenAsTheyAreRead(String text) {
        assertThat(Lengths.parse(text)).hasToString(text);
    }

    @Test
    void uniformOnesReachBothEndsAndNothingBeyond() {
        assertThat(IntStream.of(draws("uniform:3-6", 1_000)).distinct().sorted().toArray())
                .containsExactly(3, 4, 5, 6);
    }

    @Test
    void logNormalOnesHaveTheirMedianAndKeepTheirMaximum() {
        int[] sorted =
                IntStream.of(draws("lognormal:400,0.6,1000", 10_001)).sorted().toArray();

        assertThat(sorted[5_000]).isCloseTo(400, within(15));
        assertThat(sorted[10_000]).isEqualTo(1_000);
        // One deviation above the median: 400 * e^0.6.
        assertThat(sorted[8_413]).isCloseTo(729, within(30));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0                   | a length must be 1 to 1048576 tokens, not 0
            uniform:9-3         | from 9 to 3
            lognormal:9,1,3     | cannot exceed their maximum
            lognormal:3,9,9     | sigma must be 0 to 5.0
            twelve              | lengths are N, uniform:MIN-MAX or lognormal:MEDIAN,SIGMA,MAX, not 'twelve'
            """)
    void nonsenseIsRefusedByName(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Lengths.parse(text))
                .withMessageContaining(message);
    }
}
