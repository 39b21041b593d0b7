package dev.weir.control.drift;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class EmbeddedDriftTest extends AbstractDriftTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.embedded();
    }
}
