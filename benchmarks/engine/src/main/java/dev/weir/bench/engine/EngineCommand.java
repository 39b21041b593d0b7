package dev.weir.bench.engine;

import dev.weir.bench.report.Commit;
import dev.weir.bench.report.Machine;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.ffi.NativeModel;
import dev.weir.engine.ffi.NativeModelExecutor;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench engine}: steps of a model in this process. */
@Command(
        name = "weir bench engine",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures the engine by itself, beside what the machine can do at most.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class EngineCommand implements Callable<Integer> {
    private static final int CASES_MAX = 256;
    private static final int SEQUENCES_MAX = 1_024;
    private static final int TOKENS_MAX = 1 << 20;
    private static final double SECONDS_MAX = 600;
    private static final int STEP_TOKENS_MAX = 1 << 16;
    private static final int THREADS_MAX = 512;

    @Option(names = "--model", required = true, paramLabel = "PATH", description = "A model directory or a GGUF file.")
    private Path path;

    @Option(
            names = "--quantize",
            paramLabel = "TYPE",
            description = "Into blocks of q8_0, q4_0, q4_k, q5_k or q6_k at load (default: as stored).")
    private @Nullable String quantize;

    @Option(
            names = "--kv-cache",
            paramLabel = "TYPE",
            description = "How keys and values are held (default: as the model is).")
    private @Nullable String kvCache;

    @Option(names = "--threads", defaultValue = "0", paramLabel = "N", description = "Threads (default: one a core).")
    private int threads;

    @Option(
            names = "--batch",
            split = ",",
            defaultValue = "1,8,16,32",
            paramLabel = "N",
            description = "Sequences that decode together (default: ${DEFAULT-VALUE}).")
    private List<Integer> batches;

    @Option(
            names = "--depth",
            split = ",",
            defaultValue = "128,2048",
            paramLabel = "TOKENS",
            description = "Tokens that each of them has (default: ${DEFAULT-VALUE}).")
    private List<Integer> depths;

    @Option(
            names = "--prefill",
            split = ",",
            defaultValue = "64,512,2048",
            paramLabel = "TOKENS",
            description = "Lengths of prompts (default: ${DEFAULT-VALUE}).")
    private List<Integer> prefills;

    @Option(
            names = "--step-tokens",
            defaultValue = "512",
            paramLabel = "N",
            description = "Tokens of a step at most, as the engine has it (default: ${DEFAULT-VALUE}).")
    private int stepTokensMax;

    @Option(
            names = "--seconds",
            defaultValue = "2",
            paramLabel = "S",
            description = "How long each case is measured at least (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results there.")
    private @Nullable Path jsonFile;

    @Spec
    private CommandSpec spec;

    private final String command;

    EngineCommand(String command) {
        this.command = command;
    }

    @Override
    public Integer call() {
        check();
        NativeLibrary library = NativeLibrary.load();
        int threadCount = threads > 0 ? threads : cores(library);
        ModelDirectory directory = ModelDirectory.open(path);
        TensorTypes types = new TensorTypes(null, type("--quantize", quantize), type("--kv-cache", kvCache));
        PrintWriter out = spec.commandLine().getOut();
        try (NativeModel model = library.loadModel(directory.config(), directory.weights(), types)) {
            ModelWork work = ModelWork.of(directory, model, StepTimer.BLOCK_TOKENS);
            StepTimer timer = new StepTimer(
                    limits -> executor(model, limits, threadCount),
                    model.vocabSize(),
                    model.contextTokensMax(),
                    stepTokensMax,
                    System::nanoTime,
                    Duration.ofNanos((long) (seconds * 1e9)));
            timer.requireRoom(depths, prefills);
            MachinePeaks peaks = MachinePeaks.measure(library, threadCount);
            EngineReport report = report(library, model, threadCount, peaks, work);
            out.print(report.heading());
            out.flush();
            List<Row> rows = new Cases(library, threadCount, peaks, work, timer, stepTokensMax)
                    .measure(batches, depths, prefills, row -> {
                        out.print(EngineReport.line(row));
                        out.flush();
                    });
            out.print(EngineReport.definitions());
            out.flush();
            write(report.with(rows));
        }
        return 0;
    }

    private EngineReport report(
            NativeLibrary library, NativeModel model, int threadCount, MachinePeaks peaks, ModelWork work) {
        return new EngineReport(
                Instant.now(),
                command,
                Commit.of(Path.of(System.getProperty("weir.home", "."))),
                Machine.here(),
                String.valueOf(path.getFileName()),
                model.held().stream()
                        .map(held -> "%s (%.1f MB)".formatted(held.type(), held.sizeBytes() / 1e6))
                        .collect(Collectors.joining(", ")),
                library.systemDescription().getOrDefault("cpu.isa", "unknown"),
                threadCount,
                stepTokensMax,
                peaks,
                work.operands(),
                List.of());
    }

    private static NativeModelExecutor executor(NativeModel model, ExecutorLimits limits, int threadCount) {
        return new NativeModelExecutor(model, limits, threadCount);
    }

    private static int cores(NativeLibrary library) {
        return Integer.parseInt(library.systemDescription().getOrDefault("cpu.cores.physical", "1"));
    }

    private void check() {
        if (threads < 0 || threads > THREADS_MAX) {
            throw new IllegalArgumentException("--threads must be 0 to " + THREADS_MAX + ", not " + threads);
        }
        if (!(seconds > 0 && seconds <= SECONDS_MAX)) {
            throw new IllegalArgumentException(
                    "--seconds must be above 0 and at most " + SECONDS_MAX + ", not " + seconds);
        }
        if (batches.size() * depths.size() + prefills.size() > CASES_MAX) {
            throw new IllegalArgumentException("at most " + CASES_MAX + " cases in one command");
        }
        batches.forEach(batch -> requireWithin("--batch", batch, SEQUENCES_MAX));
        depths.forEach(depth -> requireWithin("--depth", depth, TOKENS_MAX));
        prefills.forEach(prefill -> requireWithin("--prefill", prefill, TOKENS_MAX));
        requireWithin("--step-tokens", stepTokensMax, STEP_TOKENS_MAX);
        batches.stream().filter(batch -> batch > stepTokensMax).findFirst().ifPresent(batch -> {
            throw new IllegalArgumentException("--batch " + batch + " needs --step-tokens of at least as many");
        });
    }

    private static void requireWithin(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(option + " must be 1 to " + most + ", not " + value);
        }
    }

    private static @Nullable DType type(String option, @Nullable String name) {
        return name == null
                ? null
                : DType.ofOptionName(name)
                        .orElseThrow(() -> new IllegalArgumentException(option + ": there is no type " + name));
    }

    private void write(EngineReport report) {
        if (jsonFile == null) {
            return;
        }
        try {
            Path folder = jsonFile.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(jsonFile, report.json());
            spec.commandLine().getOut().println("written: " + jsonFile);
        } catch (IOException e) {
            throw new UncheckedIOException(jsonFile + " cannot be written: " + e, e);
        }
    }
}
