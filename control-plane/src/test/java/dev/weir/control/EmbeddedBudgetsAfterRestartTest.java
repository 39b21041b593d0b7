package dev.weir.control;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class EmbeddedBudgetsAfterRestartTest extends AbstractBudgetsAfterRestartTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.embedded();
    }
}
