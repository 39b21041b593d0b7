package dev.weir.engine.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComputeDeviceTest {

    private static final CudaDevice BUSY = device(0, 10);
    private static final CudaDevice FREE = device(1, 70);

    private static CudaDevice device(int index, long freeBytes) {
        return new CudaDevice(index, "NVIDIA L4", "GPU-" + index, 8, 9, 80, freeBytes);
    }

    private record Found(List<CudaDevice> devices, boolean hasCode) implements ComputeDevice.Inventory {

        static Found of(CudaDevice... devices) {
            return new Found(List.of(devices), true);
        }
    }

    @Test
    void theCpuAsksNobody() {
        ComputeDevice.Inventory silent = new ComputeDevice.Inventory() {
            @Override
            public List<CudaDevice> devices() {
                throw new AssertionError("the driver was asked");
            }

            @Override
            public boolean hasCode() {
                throw new AssertionError("the library was asked");
            }
        };
        assertThat(ComputeDevice.choose("cpu", silent)).isEqualTo(ComputeDevice.cpu());
    }

    @Test
    void theRoomiestIsTakenWhereNoneIsNamed() {
        assertThat(ComputeDevice.choose("cuda", Found.of(BUSY, FREE)).cuda()).hasValue(FREE);
        assertThat(ComputeDevice.choose("auto", Found.of(FREE, BUSY)).cuda()).hasValue(FREE);
        assertThat(ComputeDevice.choose("cuda:0", Found.of(BUSY, FREE)).cuda()).hasValue(BUSY);
        assertThat(ComputeDevice.choose("auto", Found.of())).isEqualTo(ComputeDevice.cpu());
    }

    @Test
    void aDeviceThatIsNotThereIsRefusedWithWhatThereIs() {
        assertThatThrownBy(() -> ComputeDevice.choose("cuda", Found.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--device cuda: there is no such device here; the driver shows none; or use cpu");
        assertThatThrownBy(() -> ComputeDevice.choose("cuda:2", Found.of(BUSY, FREE)))
                .hasMessageContaining("the driver shows " + BUSY.describe() + "; " + FREE.describe());
        assertThatThrownBy(() -> ComputeDevice.choose("tpu", Found.of()))
                .hasMessageContaining("none of cpu, cuda, cuda:N and auto");
    }

    @Test
    void aDeviceThatTheLibraryHasNoCodeForIsNotTaken() {
        Found useless = new Found(List.of(BUSY), false);
        assertThat(ComputeDevice.choose("auto", useless)).isEqualTo(ComputeDevice.cpu());
        assertThatThrownBy(() -> ComputeDevice.choose("cuda:0", useless))
                .hasMessageContaining("no code for CUDA devices")
                .hasMessageContaining("-DWEIR_CUDA=ON");
    }

    @Test
    void aDeviceThatIsTooOldIsNotTaken() {
        CudaDevice old = new CudaDevice(2, "Tesla T4", "GPU-2", 7, 5, 80, 80);
        assertThat(ComputeDevice.choose("cuda", Found.of(old, BUSY)).cuda()).hasValue(BUSY);
        assertThat(ComputeDevice.choose("auto", Found.of(old))).isEqualTo(ComputeDevice.cpu());
        assertThatThrownBy(() -> ComputeDevice.choose("cuda:2", Found.of(old, BUSY)))
                .hasMessage("--device cuda:2: there are no kernels for " + old.describe()
                        + ": they need compute capability 8.0; or use cpu");
    }

    @Test
    void resultsMayDependOnCompanyOnlyWhereThatIsAskedForAndOnADevice() {
        ComputeDevice chosen = ComputeDevice.choose("cuda", Found.of(FREE));
        assertThat(chosen.batchVariant()).isFalse();
        assertThat(chosen.withBatchVariant(true)).isEqualTo(new ComputeDevice(Optional.of(FREE), true));
        assertThatThrownBy(() -> ComputeDevice.choose("auto", Found.of()).withBatchVariant(true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--batch-variant: the CPU has no such mode")
                .hasMessageContaining("--device");
    }

    @Test
    void uuidsAreSpelledAsNvidiaSmiSpellsThem() {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) 0xab;
        bytes[15] = 1;
        assertThat(JCudaDevices.uuidText(bytes)).isEqualTo("GPU-ab000000-0000-0000-0000-000000000001");
    }
}
