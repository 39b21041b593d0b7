package dev.weir.control;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class PostgresLiveExperimentTest extends AbstractLiveExperimentTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.postgres();
    }
}
