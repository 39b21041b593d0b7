package dev.weir.engine.device;

import static java.util.Comparator.comparingLong;
import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Optional;

/**
 * What computes a model's steps.
 *
 * @param cuda the CUDA device as it was found; empty: the CPU
 * @param batchVariant a CUDA device's own library may multiply prompts, so that a result may depend on what else is in its step
 */
public record ComputeDevice(Optional<CudaDevice> cuda, boolean batchVariant) {

    public ComputeDevice {
        if (batchVariant && cuda.isEmpty()) {
            throw new IllegalArgumentException("--batch-variant: the CPU has no such mode, its results never depend on"
                    + " what else is in a step; leave the option out, or name a CUDA device by --device");
        }
    }

    /** The machine's processor. */
    public static ComputeDevice cpu() {
        return new ComputeDevice(Optional.empty(), false);
    }

    /** The same, told whether results may depend on what else is in a step: unless they are told so, they never do. */
    public ComputeDevice withBatchVariant(boolean wanted) {
        return new ComputeDevice(cuda, wanted);
    }

    /** What there is to choose from; asked only where the choice is not the CPU. */
    public interface Inventory {

        /** The CUDA devices that the driver shows. */
        List<CudaDevice> devices();

        /** Whether the native library has code for them. */
        boolean hasCode();
    }

    /**
     * What {@code --device} names: {@code cpu}; {@code cuda}, of the devices that are new enough the one with the most free memory; {@code cuda:N};
     * or {@code auto}, as {@code cuda} where there is one that the native library has code for, else the CPU.
     *
     * @throws IllegalArgumentException where there is no such device, saying which there are
     */
    public static ComputeDevice choose(String name, Inventory inventory) {
        if (!name.matches("cpu|auto|cuda|cuda:\\d{1,3}")) {
            throw refused(name, "it is none of cpu, cuda, cuda:N and auto");
        }
        if (name.equals("cpu")) {
            return cpu();
        }
        List<CudaDevice> devices = inventory.devices();
        if (name.equals("auto")) {
            return new ComputeDevice(roomiest(devices).filter(_ -> inventory.hasCode()), false);
        }
        CudaDevice named =
                named(name, devices).orElseThrow(() -> refused(name, "there is no such device here; " + list(devices)));
        if (!named.isSupported()) {
            throw refused(
                    name,
                    "there are no kernels for " + named.describe() + ": they need compute capability "
                            + CudaDevice.CAPABILITY_MAJOR_MIN + ".0");
        }
        if (!inventory.hasCode()) {
            throw refused(
                    name,
                    "the native library has no code for CUDA devices: build it where nvcc is, with -DWEIR_CUDA=ON");
        }
        return new ComputeDevice(Optional.of(named), false);
    }

    private static Optional<CudaDevice> named(String name, List<CudaDevice> devices) {
        return name.equals("cuda")
                ? roomiest(devices)
                : devices.stream()
                        .filter(device -> device.index() == Integer.parseInt(name.substring("cuda:".length())))
                        .findFirst();
    }

    private static Optional<CudaDevice> roomiest(List<CudaDevice> devices) {
        return devices.stream().filter(CudaDevice::isSupported).max(comparingLong(CudaDevice::freeBytes));
    }

    private static String list(List<CudaDevice> devices) {
        return devices.isEmpty()
                ? "the driver shows none"
                : devices.stream().map(CudaDevice::describe).collect(joining("; ", "the driver shows ", ""));
    }

    private static IllegalArgumentException refused(String name, String why) {
        return new IllegalArgumentException("--device " + name + ": " + why + "; or use cpu");
    }
}
