package dev.weir.engine.device;

/**
 * A CUDA device as its driver describes it.
 *
 * @param index among the devices that the driver shows to this process
 * @param uuid as {@code nvidia-smi -L} prints it: the same in every process and after every start
 * @param freeBytes of its memory, as of the asking
 */
public record CudaDevice(
        int index,
        String name,
        String uuid,
        int capabilityMajor,
        int capabilityMinor,
        long totalBytes,
        long freeBytes) {

    /** The earliest whose tensor cores multiply BF16: below it the native library has no kernels. */
    public static final int CAPABILITY_MAJOR_MIN = 8;

    public CudaDevice {
        if (index < 0 || totalBytes < 0 || freeBytes < 0 || freeBytes > totalBytes) {
            throw new IllegalArgumentException(
                    "no device has index " + index + " with " + freeBytes + " bytes free of " + totalBytes);
        }
    }

    /** Whether there are kernels for devices of its kind. */
    public boolean isSupported() {
        return capabilityMajor >= CAPABILITY_MAJOR_MIN;
    }

    /** In one line, for the operator. */
    public String describe() {
        return "cuda:%d %s, compute capability %d.%d, %s free of %s, %s"
                .formatted(
                        index,
                        name,
                        capabilityMajor,
                        capabilityMinor,
                        Quantities.bytes(freeBytes),
                        Quantities.bytes(totalBytes),
                        uuid);
    }
}
