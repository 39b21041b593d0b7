package dev.weir.control;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class PostgresProvidersTest extends AbstractProvidersTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.postgres();
    }
}
