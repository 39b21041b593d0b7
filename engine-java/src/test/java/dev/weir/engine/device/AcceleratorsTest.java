package dev.weir.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcceleratorsTest {

    @TempDir
    Path root = Path.of("");

    @Test
    void machineWithoutDriverHasNone() {
        Accelerators accelerators = new Accelerators(root);
        assertThat(accelerators.nvidiaGpus()).isEmpty();
        assertThat(accelerators.cudaDriver()).isEmpty();
        assertThat(accelerators.hasAmdGpu()).isFalse();
        assertThat(CudaDriver.of(accelerators).devices()).isEmpty();
    }

    @Test
    void driverNamesItsGpus() throws IOException {
        Path gpu = Files.createDirectories(root.resolve("proc/driver/nvidia/gpus/0000:01:00.0"));
        Files.writeString(gpu.resolve("information"), "Model: \t NVIDIA L4\nIRQ: 24\n");
        Files.createDirectories(root.resolve("proc/driver/nvidia/gpus/0000:02:00.0"));
        Path library = root.resolve("usr/lib64/libcuda.so.1");
        Files.createDirectories(library.getParent());
        Files.createFile(library);
        Accelerators accelerators = new Accelerators(root);
        assertThat(accelerators.nvidiaGpus()).containsExactly("NVIDIA L4", "NVIDIA GPU");
        assertThat(accelerators.cudaDriver()).hasValue(library);
    }

    @Test
    void descriptionWithHolesReadsAsUnknown() {
        Machine machine = Machine.of(Map.of("cpu.isa", "avx2", "memory.total_bytes", "many"));
        assertThat(machine.isa()).isEqualTo("avx2");
        assertThat(machine.cpu()).isEqualTo("unknown CPU");
        assertThat(machine.memoryTotalBytes()).isZero();
    }
}
