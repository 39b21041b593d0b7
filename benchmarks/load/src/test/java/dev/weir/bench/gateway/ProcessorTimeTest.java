package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProcessorTimeTest {
    @Test
    void whatTheHostTookIsAPartOfWhatAllProcessorsHad() {
        ProcessorTime before = ProcessorTime.of("cpu  100 0 50 800 0 0 0 50 7 0\ncpu0 100 0 50 800 0 0 0 50 7 0\n");
        ProcessorTime after = ProcessorTime.of("cpu  200 0 100 1600 20 10 10 60 9 0\n");
        assertThat(before).isEqualTo(new ProcessorTime(1000, 50));
        assertThat(after.stolenShareSince(before)).isEqualTo(0.01);
        assertThat(before.stolenShareSince(before)).isZero();
    }

    @Test
    void thisMachineTells() {
        assumeTrue(Files.isReadable(Path.of("/proc/stat")), "skipped: this system does not tell");
        ProcessorTime now = ProcessorTime.now();
        assertThat(now.ticks()).isPositive();
        assertThat(now.stolenTicks()).isBetween(0L, now.ticks());
    }
}
