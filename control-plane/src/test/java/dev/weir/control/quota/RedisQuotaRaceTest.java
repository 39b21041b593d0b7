package dev.weir.control.quota;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;
import org.jspecify.annotations.Nullable;

/** With a real Redis, and what several replicas have beside it, a real PostgreSQL. */
class RedisQuotaRaceTest extends AbstractQuotaRaceTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.postgres();
    }

    @Override
    StorageConfig.@Nullable RedisUrl storageRedis() {
        return TestDatabases.redis();
    }
}
