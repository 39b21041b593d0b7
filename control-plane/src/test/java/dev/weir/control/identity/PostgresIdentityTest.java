package dev.weir.control.identity;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class PostgresIdentityTest extends AbstractIdentityTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.postgres();
    }
}
