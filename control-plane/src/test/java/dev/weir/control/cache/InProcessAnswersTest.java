package dev.weir.control.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class InProcessAnswersTest extends AbstractAnswersTest {
    private Instant now = Instant.EPOCH;
    private final InProcessAnswers store = new InProcessAnswers(
            new CacheConfig(3, DataSize.ofBytes(3000), DataSize.ofBytes(2000), 10, null, null, Duration.ofSeconds(1)),
            () -> now);

    @Override
    AnswerStore store() {
        return store;
    }

    @Test
    void anAnswerHasItsTime() {
        CacheKey key = new CacheKey("t", "d");
        keep(key, answer("x"), 0);
        now = now.plus(TTL).minusMillis(1);
        assertThat(find(key).answer()).isPresent();
        now = now.plusMillis(1);
        assertThat(find(key).answer()).isEmpty();
        assertThat(store.byteCount()).isZero();
    }

    @Test
    void whatWasNotAskedForTheLongestGivesWayByCountAndBySize() {
        for (int i = 0; i < 3; i++) {
            keep(new CacheKey("t", "d" + i), answer("x"), 0);
        }
        find(new CacheKey("t", "d0"));
        keep(new CacheKey("t", "d3"), answer("x"), 0);
        assertThat(find(new CacheKey("t", "d1")).answer()).isEmpty();
        assertThat(find(new CacheKey("t", "d0")).answer()).isPresent();

        keep(new CacheKey("t", "large"), answer("x".repeat(1800)), 0);
        keep(new CacheKey("t", "larger"), answer("x".repeat(1900)), 0);
        assertThat(find(new CacheKey("t", "large")).answer()).isEmpty();
        assertThat(store.byteCount()).isLessThanOrEqualTo(3000);
        keep(new CacheKey("t", "too-large"), answer("x".repeat(3000)), 0);
        assertThat(find(new CacheKey("t", "larger")).answer()).isPresent();
    }

    @Test
    void keepingAgainReplaces() {
        CacheKey key = new CacheKey("t", "d");
        keep(key, answer("one"), 0);
        keep(key, answer("three"), 0);
        assertThat(store.entryCount()).isOne();
        assertThat(find(key).answer().orElseThrow().bytes()).asString().isEqualTo("three");
    }
}
