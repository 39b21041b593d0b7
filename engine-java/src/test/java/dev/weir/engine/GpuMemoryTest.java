package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.device.CudaDevice;
import dev.weir.engine.device.CudaDriver;
import dev.weir.engine.usage.PrometheusMetrics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpuMemoryTest {

    private static CudaDevice device(int index, long freeBytes) {
        return new CudaDevice(index, "NVIDIA L4", "GPU-a", 8, 9, 24, freeBytes);
    }

    @Test
    void gaugesFollowTheDeviceByItsUuid() {
        List<CudaDevice> now = new ArrayList<>(List.of(device(0, 20)));
        CudaDriver driver = () -> List.copyOf(now);
        PrometheusMetrics metrics = new PrometheusMetrics();
        GpuMemory memory = new GpuMemory(driver, now.getFirst());
        memory.register(metrics.registry());
        String tags = "{device=\"cuda:0\",name=\"NVIDIA L4\",uuid=\"GPU-a\"}";
        assertThat(metrics.scrape())
                .contains("weir_gpu_memory_free_bytes" + tags + " 20.0")
                .contains("weir_gpu_memory_total_bytes" + tags + " 24.0");
        now.set(0, device(1, 5)); // another process may see it elsewhere
        assertThat(metrics.scrape()).contains("weir_gpu_memory_free_bytes" + tags + " 5.0");
        now.clear();
        assertThat(memory.freeBytes()).isZero();
    }
}
