package dev.weir.control.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.identity.AuditLog;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.identity.IdentityStore;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.TestDatabases;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TriedTextsTest {
    /** Reading a text may take seconds, and files: whoever else is on the event loop would wait. */
    @Test
    void aTextIsTriedWhereNobodyElseWaits() {
        List<Thread> readers = new ArrayList<>();
        try (Database database = new Database(TestDatabases.embedded())) {
            LiveConfiguration<Integer> configuration = new LiveConfiguration<>(
                    null,
                    _ -> {
                        readers.add(Thread.currentThread());
                        return 1;
                    },
                    () -> Instant.EPOCH);
            ChangeLog changes =
                    new ChangeLog(database, new IdentityStore(database), new AuditLog(database), () -> Instant.EPOCH);
            assertThat(new ConfigurationEndpoints(configuration, changes, database)
                            .check("a: 1")
                            .block())
                    .isNotNull();
        }
        assertThat(readers).hasSize(2).last().isNotSameAs(Thread.currentThread());
    }
}
