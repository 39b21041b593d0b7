package dev.weir.engine;

import dev.weir.engine.device.CudaDevice;
import dev.weir.engine.device.CudaDriver;
import dev.weir.engine.device.CudaDriverException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/**
 * The memory of the device that models are on.
 *
 * @param found the device as it was when it was chosen
 */
record GpuMemory(CudaDriver driver, CudaDevice found) {

    /** What is free now. A device that does not answer has nothing to give. */
    long freeBytes() {
        try {
            return driver.devices().stream()
                    .filter(device -> device.uuid().equals(found.uuid()))
                    .mapToLong(CudaDevice::freeBytes)
                    .findFirst()
                    .orElse(0);
        } catch (CudaDriverException _) {
            return 0;
        }
    }

    /** As {@code weir_gpu_memory_free_bytes} and {@code weir_gpu_memory_total_bytes}. */
    void register(MeterRegistry meters) {
        Tags tags = Tags.of("device", "cuda:" + found.index(), "name", found.name(), "uuid", found.uuid());
        Gauge.builder("weir.gpu.memory.free", this, GpuMemory::freeBytes)
                .description("Free memory of the device that models are on.")
                .baseUnit("bytes")
                .tags(tags)
                .strongReference(true)
                .register(meters);
        Gauge.builder("weir.gpu.memory.total", found, CudaDevice::totalBytes)
                .description("All memory of the device that models are on.")
                .baseUnit("bytes")
                .tags(tags)
                .strongReference(true)
                .register(meters);
    }
}
