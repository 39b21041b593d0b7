package dev.weir.control.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RequestIdsTest {
    @Test
    void aNewOneBeginsWithTheTimeAndIsNeverTheSameTwice() {
        long millis = Instant.parse("2026-11-22T12:00:00.123Z").toEpochMilli();
        Set<UUID> seen = new HashSet<>();
        String before = RequestIds.fresh(millis - 1).toString();
        for (int i = 0; i < 10_000; i++) {
            UUID id = RequestIds.fresh(millis);
            assertThat(seen.add(id)).isTrue();
            assertThat(id.version()).isEqualTo(7);
            assertThat(id.variant()).isEqualTo(2);
            assertThat(id.getMostSignificantBits() >>> Short.SIZE).isEqualTo(millis);
            assertThat(id.toString()).isGreaterThan(before);
        }
    }
}
