package dev.weir.control;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class PostgresLiveRolloutTest extends AbstractLiveRolloutTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.postgres();
    }
}
