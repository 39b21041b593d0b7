package dev.weir.control.quota;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;
import org.jspecify.annotations.Nullable;

class InProcessQuotaRaceTest extends AbstractQuotaRaceTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.embedded();
    }

    @Override
    StorageConfig.@Nullable RedisUrl storageRedis() {
        return null;
    }
}
