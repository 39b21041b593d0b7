package dev.weir.control.drift;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class PostgresDriftTest extends AbstractDriftTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.postgres();
    }
}
