package dev.weir.control.rollout.journal;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class PostgresJournalTest extends AbstractJournalTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.postgres();
    }
}
