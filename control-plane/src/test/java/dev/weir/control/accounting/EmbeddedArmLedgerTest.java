package dev.weir.control.accounting;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class EmbeddedArmLedgerTest extends AbstractArmLedgerTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.embedded();
    }
}
