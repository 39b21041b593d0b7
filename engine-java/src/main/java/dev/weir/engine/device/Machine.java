package dev.weir.engine.device;

import java.util.List;
import java.util.Map;

/**
 * The machine as the native library sees it.
 *
 * @param physicalCores and
 * @param logicalCores that this process may use
 * @param isa the instruction set that kernels are chosen for
 * @param memoryAvailableBytes that can be taken without swapping, within the container's limit
 * @param compiler of the native library
 * @param cuda whether that library was built with code for CUDA devices
 */
public record Machine(
        String cpu,
        int physicalCores,
        int logicalCores,
        String features,
        String isa,
        long memoryTotalBytes,
        long memoryAvailableBytes,
        String compiler,
        boolean cuda) {

    /** From the {@code key=value} lines of {@code weir_system_describe}; what is missing reads as unknown or 0. */
    public static Machine of(Map<String, String> description) {
        return new Machine(
                description.getOrDefault("cpu.model", "unknown CPU"),
                (int) number(description, "cpu.cores.physical"),
                (int) number(description, "cpu.cores.logical"),
                description.getOrDefault("cpu.features", ""),
                description.getOrDefault("cpu.isa", "unknown"),
                number(description, "memory.total_bytes"),
                number(description, "memory.available_bytes"),
                description.getOrDefault("compiler", "unknown compiler"),
                List.of(description.getOrDefault("backends", "cpu").split(" ")).contains("cuda"));
    }

    private static long number(Map<String, String> description, String key) {
        String value = description.getOrDefault(key, "");
        return value.matches("\\d{1,18}") ? Long.parseLong(value) : 0;
    }
}
