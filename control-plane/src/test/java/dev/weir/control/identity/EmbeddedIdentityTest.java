package dev.weir.control.identity;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class EmbeddedIdentityTest extends AbstractIdentityTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.embedded();
    }
}
