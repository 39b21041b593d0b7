package dev.weir.control.evaluation.review;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class EmbeddedReviewTest extends AbstractReviewTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.embedded();
    }
}
