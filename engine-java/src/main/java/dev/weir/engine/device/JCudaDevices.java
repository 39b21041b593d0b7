package dev.weir.engine.device;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.CUuuid;
import jcuda.driver.JCudaDriver;

/**
 * The devices by JCuda's driver API. Free memory can only be asked for within a device's context; the primary one is taken for the time of the
 * question, which is the one that a session of the native library already has, where there is a session.
 */
final class JCudaDevices implements CudaDriver {

    private static final int NAME_BYTES_MAX = 256;

    @Override
    public List<CudaDevice> devices() {
        try {
            int begun = JCudaDriver.cuInit(0);
            if (begun == CUresult.CUDA_ERROR_NO_DEVICE) {
                return List.of();
            }
            check(begun, "cuInit");
            int[] count = new int[1];
            check(JCudaDriver.cuDeviceGetCount(count), "cuDeviceGetCount");
            List<CudaDevice> devices = new ArrayList<>();
            for (int index = 0; index < count[0]; index++) {
                devices.add(device(index));
            }
            return List.copyOf(devices);
        } catch (LinkageError e) { // a driver library that cannot be loaded, or is older than JCuda
            throw new CudaDriverException("the CUDA driver cannot be used: " + e.getMessage(), e);
        }
    }

    private static CudaDevice device(int index) {
        CUdevice device = new CUdevice();
        check(JCudaDriver.cuDeviceGet(device, index), "cuDeviceGet");
        byte[] name = new byte[NAME_BYTES_MAX];
        check(JCudaDriver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
        CUuuid uuid = new CUuuid();
        check(JCudaDriver.cuDeviceGetUuid(uuid, device), "cuDeviceGetUuid");
        long[] free = new long[1];
        long[] total = new long[1];
        askForMemory(device, free, total);
        return new CudaDevice(
                index,
                text(name),
                uuidText(uuid.bytes),
                attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                total[0],
                free[0]);
    }

    private static void askForMemory(CUdevice device, long[] free, long[] total) {
        CUcontext context = new CUcontext();
        check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain");
        try {
            check(JCudaDriver.cuCtxPushCurrent(context), "cuCtxPushCurrent");
            try {
                check(JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo");
            } finally {
                check(JCudaDriver.cuCtxPopCurrent(context), "cuCtxPopCurrent");
            }
        } finally {
            check(JCudaDriver.cuDevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease");
        }
    }

    private static int attribute(CUdevice device, int attribute) {
        int[] value = new int[1];
        check(JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
        return value[0];
    }

    private static String text(byte[] zeroTerminated) {
        int length = 0;
        while (length < zeroTerminated.length && zeroTerminated[length] != 0) {
            length++;
        }
        return new String(zeroTerminated, 0, length, StandardCharsets.UTF_8);
    }

    /** Sixteen bytes as {@code nvidia-smi} spells them: GPU-8-4-4-4-12. */
    static String uuidText(byte[] bytes) {
        String hex = HexFormat.of().formatHex(bytes);
        return "GPU-"
                + String.join(
                        "-",
                        hex.substring(0, 8),
                        hex.substring(8, 12),
                        hex.substring(12, 16),
                        hex.substring(16, 20),
                        hex.substring(20));
    }

    private static void check(int status, String call) {
        if (status != CUresult.CUDA_SUCCESS) {
            throw new CudaDriverException(call + ": " + CUresult.stringFor(status));
        }
    }
}
