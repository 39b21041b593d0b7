package dev.weir.control.evaluation.review;

import dev.weir.control.storage.StorageConfig;
import dev.weir.control.storage.TestDatabases;

class PostgresReviewTest extends AbstractReviewTest {
    @Override
    StorageConfig storage() {
        return TestDatabases.postgres();
    }
}
