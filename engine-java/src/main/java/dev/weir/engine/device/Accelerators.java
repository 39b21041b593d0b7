package dev.weir.engine.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks for accelerators below a root directory, {@code /} but in tests.
 *
 * @param root where {@code proc}, {@code dev} and {@code usr} are
 */
public record Accelerators(Path root) {

    private static final int GPUS_MAX = 64;
    private static final List<String> DRIVER_LIBRARIES = List.of(
            "usr/lib/x86_64-linux-gnu/libcuda.so.1",
            "usr/lib64/libcuda.so.1",
            "usr/lib/wsl/lib/libcuda.so.1",
            "usr/local/nvidia/lib64/libcuda.so.1");

    /** The machine's own. */
    public static Accelerators ofThisMachine() {
        return new Accelerators(Path.of("/"));
    }

    /** Names of the NVIDIA GPUs that the kernel driver knows. */
    public List<String> nvidiaGpus() {
        List<String> names = new ArrayList<>();
        try (Stream<Path> gpus = Files.list(root.resolve("proc/driver/nvidia/gpus"))) {
            gpus.sorted().limit(GPUS_MAX).forEach(gpu -> names.add(modelOf(gpu.resolve("information"))));
        } catch (IOException _) {
            return List.of(); // no driver
        }
        return names;
    }

    /** The CUDA driver library that a program can load. */
    public Optional<Path> cudaDriver() {
        return DRIVER_LIBRARIES.stream()
                .map(root::resolve)
                .filter(Files::exists)
                .findFirst();
    }

    /** An AMD GPU's compute device is there. */
    public boolean hasAmdGpu() {
        return Files.exists(root.resolve("dev/kfd"));
    }

    private static String modelOf(Path information) {
        try {
            return Files.readString(information, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("Model:"))
                    .map(line -> line.substring("Model:".length()).strip())
                    .findFirst()
                    .orElse("NVIDIA GPU");
        } catch (IOException _) {
            return "NVIDIA GPU";
        }
    }
}
