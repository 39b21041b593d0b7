package dev.weir.control.evaluation.archive;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class PostgresArchiveTest extends AbstractArchiveTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.postgres();
    }
}
