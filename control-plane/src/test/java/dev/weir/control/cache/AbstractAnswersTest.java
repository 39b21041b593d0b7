package dev.weir.control.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every store of answers does. */
abstract class AbstractAnswersTest {
    static final Duration TTL = Duration.ofMinutes(10);

    private final String tenant = "tenant-" + UUID.randomUUID();

    abstract AnswerStore store();

    @Test
    void whatIsKeptIsFoundByteForByte() {
        CachedAnswer answer = answer("Grüße \u0000 \n");
        CacheKey key = new CacheKey(tenant, "d1");
        keep(key, answer, 0);
        CachedAnswer found = find(key).answer().orElseThrow();
        assertThat(found.bytes()).isEqualTo(answer.bytes());
        assertThat(found.contentType()).isEqualTo("application/json");
        assertThat(found.usage()).isEqualTo(new Usage(5, 2, 3));
        assertThat(found.at()).isEqualTo(answer.at());
        assertThat(find(new CacheKey(tenant, "d2")).answer()).isEmpty();
    }

    @Test
    void anotherTenantFindsNothingUnderTheSameDigest() {
        keep(new CacheKey(tenant, "d"), answer("mine"), 0);
        assertThat(find(new CacheKey(tenant + "-2", "d")).answer()).isEmpty();
    }

    @Test
    void aPurgeForgetsATenantsAnswersAndThoseOnTheirWay() {
        CacheKey key = new CacheKey(tenant, "d");
        CacheKey other = new CacheKey(tenant + "-2", "d");
        keep(key, answer("old"), 0);
        keep(other, answer("stays"), 0);
        long epochBefore = find(key).epoch();
        store().purge(tenant).block();
        assertThat(find(key).answer()).isEmpty();
        keep(key, answer("was on its way"), epochBefore);
        assertThat(find(key).answer()).isEmpty();
        keep(key, answer("new"), find(key).epoch());
        assertThat(find(key).answer()).isPresent();
        assertThat(find(other).answer()).isPresent();
    }

    AnswerStore.Found find(CacheKey key) {
        return requireNonNull(store().find(key).block());
    }

    void keep(CacheKey key, CachedAnswer answer, long epoch) {
        store().keep(key, answer, TTL, epoch).block();
    }

    static CachedAnswer answer(String text) {
        return new CachedAnswer(
                "application/json", text.getBytes(UTF_8), new Usage(5, 2, 3), Instant.ofEpochMilli(1_800_000_000_123L));
    }
}
