package dev.weir.engine.device;

import java.util.List;

/** What asks the CUDA driver for its devices. */
@FunctionalInterface
public interface CudaDriver {

    /**
     * Every device, in the driver's order; none where the driver shows none.
     *
     * @throws CudaDriverException where the driver is there and does not answer
     */
    List<CudaDevice> devices();

    /**
     * The machine's own. Where it has no driver library nothing is loaded, and there are no devices: JCuda's native part is linked with that
     * library, so that even to touch its classes would fail.
     */
    static CudaDriver of(Accelerators accelerators) {
        return accelerators.cudaDriver().isPresent() ? new JCudaDevices() : List::of;
    }
}
