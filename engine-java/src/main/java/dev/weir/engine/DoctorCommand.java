package dev.weir.engine;

import dev.weir.engine.device.Accelerators;
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
        checkMachine(out);
        checkAccelerators(out, Accelerators.ofThisMachine());
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

    private void checkMachine(PrintWriter out) {
        Machine machine;
        try {
            machine = Machine.of(NativeLibrary.load().systemDescription());
        } catch (NativeLibraryException e) {
            absent(out, "native library", String.valueOf(e.getMessage()), true);
            return;
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
    }

    private void checkAccelerators(PrintWriter out, Accelerators accelerators) {
        List<String> gpus = accelerators.nvidiaGpus();
        if (gpus.isEmpty()) {
            absent(out, "gpu", "none with an NVIDIA driver: models run on the CPU", false);
        } else if (accelerators.cudaDriver().isPresent()) {
            ok(out, "gpu", String.join(", ", gpus) + " (models run on the CPU until the CUDA backend is there)");
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
