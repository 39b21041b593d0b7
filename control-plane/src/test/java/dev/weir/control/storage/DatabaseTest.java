package dev.weir.control.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;

class DatabaseTest {

    @Test
    void whoGoesAwayWhileTheirQuestionIsAskedLeavesTheDatabaseToOthers(@TempDir Path directory) throws Exception {
        StorageConfig file = new StorageConfig(
                directory.resolve("data"),
                null,
                null,
                null,
                2,
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                null,
                Duration.ofSeconds(2));
        try (Database database = new Database(file)) {
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch left = new CountDownLatch(1);
            CountDownLatch over = new CountDownLatch(1);
            Disposable whoever = database.ask(() -> {
                        asked.countDown();
                        awaitHoweverOftenInterrupted(left);
                        try {
                            return database.jdbc()
                                    .sql("create table left_behind (id int)")
                                    .update();
                        } finally {
                            over.countDown();
                        }
                    })
                    .subscribe();
            asked.await();
            whoever.dispose();
            left.countDown();
            over.await();
            assertThat(database.ask(() -> database.jdbc()
                                    .sql("select count(*) from left_behind")
                                    .query(Long.class)
                                    .single())
                            .block())
                    .isZero();
        }
    }

    private static void awaitHoweverOftenInterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
