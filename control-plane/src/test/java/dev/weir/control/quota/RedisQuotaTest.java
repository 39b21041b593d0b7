package dev.weir.control.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.quota.Limit.Metric;
import dev.weir.control.quota.Limit.Period;
import dev.weir.control.quota.Taking.Taken;
import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** With a real Redis, and what several replicas have beside it, a real PostgreSQL. */
class RedisQuotaTest extends AbstractQuotaTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.postgres();
    }

    @Override
    StorageConfig.@Nullable RedisUrl storageRedis() {
        return TestDatabases.redis();
    }

    @Test
    void ofSeveralCountersOneThatCannotBeWrittenLeavesTheOthersAsTheyWere() {
        RedisCounters counters = new RedisCounters(connections.getFirst());
        Limit day = book.create(caller, KEY, null, Metric.TOKENS, Period.DAY, 100);
        Limit minute = book.create(caller, KEY, null, Metric.TOKENS, Period.MINUTE, 100);
        Claim ofDay = Claim.of(day, 10, START);
        Claim belowNothing = Claim.of(minute, 0, START).withAmount(-9_000_000_000_000_000_000L);
        counters.seed(ofDay, 0, START).block();
        Mono<Taking> taking = counters.take("lease", List.of(ofDay, belowNothing), START, () -> {});
        assertThatThrownBy(taking::block).hasMessageContaining("at least nothing");
        assertThat(counters.take("lease", List.of(ofDay), START, () -> {}).block())
                .isEqualTo(new Taken(List.of(90L)));
    }
}
