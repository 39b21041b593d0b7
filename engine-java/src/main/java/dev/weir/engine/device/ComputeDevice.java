package dev.weir.engine.device;

import static java.util.Comparator.comparingLong;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What computes a model's steps.
 *
 * @param cuda the CUDA device as it was found; empty: the CPU
 */
public record ComputeDevice(Optional<CudaDevice> cuda) {

    /** The machine's processor. */
    public static ComputeDevice cpu() {
        return new ComputeDevice(Optional.empty());
    }

    /**
     * What {@code --device} names: {@code cpu}; {@code cuda}, the device with the most free memory; {@code cuda:N}; or {@code auto}, as
     * {@code cuda} where there is one, else the CPU. For the CPU nobody is asked what devices there are.
     *
     * @throws IllegalArgumentException where there is no such device, saying what there is
     */
    public static ComputeDevice choose(String name, Supplier<List<CudaDevice>> devices) {
        return switch (name) {
            case "cpu" -> cpu();
            case "auto" -> new ComputeDevice(roomiest(devices.get()));
            case "cuda" ->
                new ComputeDevice(Optional.of(
                        roomiest(devices.get()).orElseThrow(() -> unknown(name, "there is no CUDA device"))));
            default -> new ComputeDevice(Optional.of(numbered(name, devices)));
        };
    }

    private static CudaDevice numbered(String name, Supplier<List<CudaDevice>> devices) {
        if (!name.matches("cuda:\\d{1,3}")) {
            throw unknown(name, "it is none of cpu, cuda, cuda:N and auto");
        }
        List<CudaDevice> found = devices.get();
        int index = Integer.parseInt(name.substring("cuda:".length()));
        return found.stream()
                .filter(device -> device.index() == index)
                .findFirst()
                .orElseThrow(() -> unknown(name, "the driver shows " + found.size() + " CUDA devices"));
    }

    private static Optional<CudaDevice> roomiest(List<CudaDevice> devices) {
        return devices.stream().max(comparingLong(CudaDevice::freeBytes));
    }

    private static IllegalArgumentException unknown(String name, String why) {
        return new IllegalArgumentException("--device " + name + ": " + why + "; use cpu, or see what doctor finds");
    }
}
