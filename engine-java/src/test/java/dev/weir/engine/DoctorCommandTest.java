package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.device.Accelerators;
import dev.weir.engine.device.CudaDevice;
import dev.weir.engine.device.CudaDriver;
import dev.weir.engine.device.CudaDriverException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What doctor says of the accelerators of other machines than this one. */
class DoctorCommandTest {

    private static final long GIB = 1L << 30;
    private static final CudaDevice NEW = new CudaDevice(0, "NVIDIA H100 80GB HBM3", "GPU-0", 9, 0, 80 * GIB, 79 * GIB);
    private static final CudaDevice OLD = new CudaDevice(1, "Tesla T4", "GPU-1", 7, 5, 15 * GIB, 14 * GIB);

    @TempDir
    Path root = Path.of("");

    private String told(boolean hasCode, CudaDriver driver) {
        StringWriter told = new StringWriter();
        PrintWriter out = new PrintWriter(told);
        new DoctorCommand().checkAccelerators(out, hasCode, new Accelerators(root), driver);
        out.flush();
        return told.toString();
    }

    private void installDriver() throws IOException {
        Files.createFile(Files.createDirectories(root.resolve("usr/lib64")).resolve("libcuda.so.1"));
    }

    @Test
    void everyDeviceIsTold() throws IOException {
        installDriver();
        assertThat(told(true, () -> List.of(NEW, OLD))).isEqualToNormalizingNewlines("""
                          ok       gpu            cuda:0 NVIDIA H100 80GB HBM3, compute capability 9.0, 79.0 GiB free of 80.0 GiB, GPU-0
                          optional gpu            cuda:1 Tesla T4, compute capability 7.5, 14.0 GiB free of 15.0 GiB, GPU-1: too old, kernels need compute capability 8.0
                          ok       cuda           the native library has code for devices: ./weir engine --device cuda
                        """);
    }

    @Test
    void libraryWithoutCodeForDevicesIsToldWithTheRemedy() throws IOException {
        installDriver();
        assertThat(told(false, () -> List.of(NEW)).lines())
                .last()
                .asString()
                .contains("optional cuda", "build it where nvcc is, with -DWEIR_CUDA=ON");
    }

    @Test
    void driverThatShowsOrSaysNothingLeavesTheCpu() throws IOException {
        installDriver();
        assertThat(told(true, List::of)).contains("no accelerator, though there is a CUDA driver", "on the CPU");
        assertThat(told(true, () -> {
                    throw new CudaDriverException("cuInit: CUDA_ERROR_UNKNOWN");
                }))
                .contains("cuInit: CUDA_ERROR_UNKNOWN: models run on the CPU");
    }

    @Test
    void whatIsThereWithoutALibraryToUseItIsTold() throws IOException {
        assertThat(told(true, List::of)).contains("no accelerator with an NVIDIA driver: models run on the CPU");
        Path gpu = Files.createDirectories(root.resolve("proc/driver/nvidia/gpus/0000:01:00.0"));
        Files.writeString(gpu.resolve("information"), "Model: \t NVIDIA L4\n");
        Files.createDirectories(root.resolve("dev/kfd"));
        assertThat(told(true, List::of)).contains("NVIDIA L4 without libcuda.so.1", "an AMD GPU");
    }
}
