package dev.weir.engine;

import dev.weir.engine.device.Accelerators;
import dev.weir.engine.device.CudaDevice;
import dev.weir.engine.device.CudaDriver;
import dev.weir.engine.device.CudaDriverException;
import dev.weir.engine.device.Machine;
import dev.weir.engine.device.Quantities;
import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.ffi.NativeLibraryException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code doctor}: what is here, what is missing, and how to get it. */
@Command(
        name = "doctor",
        description = "Says what is installed, which CPU features and accelerators were found, and what is missing.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DoctorCommand implements Callable<Integer> {

    /** Below this a model of useful size has no room beside its KV cache. */
    private static final long MEMORY_BYTES_MIN = 2L << 30;

    private static final List<Tool> TOOLS = List.of(
            new Tool("mvn", "Maven, builds the Java parts", "apt-get install maven", true),
            new Tool("cmake", "CMake, builds the native part", "apt-get install cmake", true),
            new Tool("make", "Make, builds the native part", "apt-get install make", true),
            new Tool("c++", "a C++20 compiler", "apt-get install g++", true),
            new Tool("node", "Node.js, for the control plane's web interface", "apt-get install nodejs npm", false),
            new Tool("nvcc", "the CUDA compiler, for the CUDA backend", "install the CUDA toolkit", false));

    @Spec
    private CommandSpec spec;

    private int missingCount;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.println("To build");
        ok(out, "java", System.getProperty("java.version") + ", " + System.getProperty("java.home"));
        TOOLS.forEach(tool -> check(out, tool));
        out.println("To run");
        Accelerators accelerators = Accelerators.ofThisMachine();
        checkAccelerators(out, checkMachine(out), accelerators, CudaDriver.of(accelerators));
        out.println(missingCount == 0 ? "Weir can be built and run here." : missingCount + " things are missing.");
        out.flush();
        return missingCount == 0 ? 0 : 1;
    }

    private void check(PrintWriter out, Tool tool) {
        tool.version()
                .ifPresentOrElse(
                        version -> ok(out, tool.command(), version),
                        () -> absent(out, tool.command(), tool.purpose() + ": " + tool.remedy(), tool.required()));
    }

    /** Whether the native library can use a CUDA device. */
    private boolean checkMachine(PrintWriter out) {
        Machine machine;
        try {
            machine = Machine.of(NativeLibrary.load().systemDescription());
        } catch (NativeLibraryException e) {
            absent(out, "native library", String.valueOf(e.getMessage()), true);
            return false;
        }
        ok(out, "cpu", machine.cpu());
        ok(out, "cores", machine.physicalCores() + " physical, " + machine.logicalCores() + " logical");
        ok(out, "features", machine.features());
        ok(out, "kernels", machine.isa() + ", compiled by " + machine.compiler());
        String memory = Quantities.bytes(machine.memoryAvailableBytes()) + " free of "
                + Quantities.bytes(machine.memoryTotalBytes());
        if (machine.memoryAvailableBytes() >= MEMORY_BYTES_MIN) {
            ok(out, "memory", memory);
        } else {
            absent(out, "memory", memory + ": free some, " + Quantities.bytes(MEMORY_BYTES_MIN) + " is little", true);
        }
        return machine.cuda();
    }

    /**
     * What there is beside the CPU; none of it is needed.
     *
     * @param hasCode the native library has code for CUDA devices
     */
    void checkAccelerators(PrintWriter out, boolean hasCode, Accelerators accelerators, CudaDriver driver) {
        List<String> gpus = accelerators.nvidiaGpus();
        if (accelerators.cudaDriver().isPresent()) {
            checkDevices(out, hasCode, driver);
        } else if (gpus.isEmpty()) {
            absent(out, "gpu", "no accelerator with an NVIDIA driver: models run on the CPU", false);
        } else {
            absent(
                    out,
                    "gpu",
                    String.join(", ", gpus) + " without libcuda.so.1: install the driver's libraries, or pass them"
                            + " into the container",
                    false);
        }
        if (accelerators.hasAmdGpu()) {
            absent(out, "gpu", "an AMD GPU, for which there is no backend", false);
        }
    }

    private void checkDevices(PrintWriter out, boolean hasCode, CudaDriver driver) {
        try {
            List<CudaDevice> devices = driver.devices();
            devices.forEach(device -> checkDevice(out, device));
            if (devices.isEmpty()) {
                absent(out, "gpu", "no accelerator, though there is a CUDA driver: models run on the CPU", false);
            } else if (!hasCode) {
                absent(
                        out,
                        "cuda",
                        "the native library has no code for devices: build it where nvcc is, with -DWEIR_CUDA=ON",
                        false);
            } else if (devices.stream().anyMatch(CudaDevice::isSupported)) {
                ok(out, "cuda", "the native library has code for devices: ./weir engine --device cuda");
            }
        } catch (CudaDriverException e) {
            absent(out, "gpu", e.getMessage() + ": models run on the CPU", false);
        }
    }

    private void checkDevice(PrintWriter out, CudaDevice device) {
        if (device.isSupported()) {
            ok(out, "gpu", device.describe());
        } else {
            absent(
                    out,
                    "gpu",
                    device.describe() + ": too old, kernels need compute capability " + CudaDevice.CAPABILITY_MAJOR_MIN
                            + ".0",
                    false);
        }
    }

    private static void ok(PrintWriter out, String thing, String found) {
        out.printf("  ok       %-14s %s%n", thing, found);
    }

    private void absent(PrintWriter out, String thing, String remedy, boolean required) {
        out.printf("  %-8s %-14s %s%n", required ? "MISSING" : "optional", thing, remedy);
        if (required) {
            missingCount++;
        }
    }
}
