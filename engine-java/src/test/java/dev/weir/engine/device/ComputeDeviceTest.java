package dev.weir.engine.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ComputeDeviceTest {

    private static final CudaDevice BUSY = device(0, 10);
    private static final CudaDevice FREE = device(1, 70);

    private static CudaDevice device(int index, long freeBytes) {
        return new CudaDevice(index, "NVIDIA L4", "GPU-" + index, 8, 9, 80, freeBytes);
    }

    private static List<CudaDevice> none() {
        return List.of();
    }

    @Test
    void theCpuAsksNobody() {
        ComputeDevice chosen = ComputeDevice.choose("cpu", () -> {
            throw new AssertionError("the driver was asked");
        });
        assertThat(chosen).isEqualTo(ComputeDevice.cpu());
    }

    @Test
    void theRoomiestIsTakenWhereNoneIsNamed() {
        assertThat(ComputeDevice.choose("cuda", () -> List.of(BUSY, FREE)).cuda())
                .hasValue(FREE);
        assertThat(ComputeDevice.choose("auto", () -> List.of(FREE, BUSY)).cuda())
                .hasValue(FREE);
        assertThat(ComputeDevice.choose("cuda:0", () -> List.of(BUSY, FREE)).cuda())
                .hasValue(BUSY);
        assertThat(ComputeDevice.choose("auto", ComputeDeviceTest::none)).isEqualTo(ComputeDevice.cpu());
    }

    @Test
    void aDeviceThatIsNotThereIsRefusedWithWhatThereIs() {
        assertThatThrownBy(() -> ComputeDevice.choose("cuda", ComputeDeviceTest::none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--device cuda: there is no CUDA device");
        assertThatThrownBy(() -> ComputeDevice.choose("cuda:2", () -> List.of(BUSY, FREE)))
                .hasMessageContaining("the driver shows 2 CUDA devices");
        assertThatThrownBy(() -> ComputeDevice.choose("tpu", ComputeDeviceTest::none))
                .hasMessageContaining("none of cpu, cuda, cuda:N and auto");
    }

    @Test
    void uuidsAreSpelledAsNvidiaSmiSpellsThem() {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) 0xab;
        bytes[15] = 1;
        assertThat(JCudaDevices.uuidText(bytes)).isEqualTo("GPU-ab000000-0000-0000-0000-000000000001");
    }
}
