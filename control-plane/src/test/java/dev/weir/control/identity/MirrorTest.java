package dev.weir.control.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MirrorTest {
    @Test
    void aMirrorThatFailsKeepsNoOtherFromLearning() {
        AtomicInteger learned = new AtomicInteger();
        Mirror failing = () -> {
            throw new IllegalStateException("a row that it cannot read");
        };
        assertThatThrownBy(() -> Mirror.refreshAll(
                        List.of(failing, learned::incrementAndGet, failing, learned::incrementAndGet)))
                .hasMessage("a row that it cannot read");
        assertThat(learned).hasValue(2);
    }
}
