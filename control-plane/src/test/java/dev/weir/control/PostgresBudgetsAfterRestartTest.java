package dev.weir.control;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class PostgresBudgetsAfterRestartTest extends AbstractBudgetsAfterRestartTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.postgres();
    }
}
