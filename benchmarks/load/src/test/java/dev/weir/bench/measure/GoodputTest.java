package dev.weir.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoodputTest {
    @Test
    void limitsHaveUnits() {
        assertThat(Goodput.parse("ttft:500ms, tpot:50ms,e2el:1.5s").limitsMillis())
                .isEqualTo(Map.of(Metric.TTFT, 500.0, Metric.TPOT, 50.0, Metric.E2EL, 1_500.0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ttft", "ttft:500", "itl:5ms", "ttft:-1ms", "ttft:1ms,ttft:2ms"})
    void nonsenseIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Goodput.parse(text))
                .withMessageContaining("goodput limits");
    }
}
