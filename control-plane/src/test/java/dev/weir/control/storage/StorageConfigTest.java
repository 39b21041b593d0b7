package dev.weir.control.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StorageConfigTest {

    @Test
    void aSharedDatabaseWithoutARedisIsWarnedOfBecauseLimitsWouldBeCountedByEachReplica() {
        assertThat(config("jdbc:postgresql://db/weir", null).warning())
                .hasValueSatisfying(warning -> assertThat(warning).contains("weir.storage.redis", "run one replica"));
        assertThat(config("jdbc:postgresql://db/weir", new StorageConfig.RedisUrl("redis://cache"))
                        .warning())
                .isEmpty();
        assertThat(config(null, null).warning()).isEmpty();
    }

    private static StorageConfig config(@Nullable String url, StorageConfig.@Nullable RedisUrl redis) {
        return new StorageConfig(
                Path.of(".weir"),
                url,
                null,
                null,
                1,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                redis,
                Duration.ofSeconds(1));
    }
}
