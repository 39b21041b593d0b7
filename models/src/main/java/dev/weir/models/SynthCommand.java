package dev.weir.models;

import dev.weir.models.format.StoredType;
import dev.weir.models.synth.SynthModel;
import dev.weir.models.synth.SynthShape;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code synth}: models of real shapes with random weights. */
@Command(
        name = "synth",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Make a model of a real shape with random weights, to measure speed with.",
            "The same seed gives the same weights in every format, as far as its type can hold them."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class SynthCommand implements Callable<Integer> {
    private static final double BYTES_PER_GIGABYTE = 1e9;
    /** Header and tokenizer; the largest vocabulary takes less. */
    private static final long BESIDE_WEIGHTS_BYTES = 64 << 20;

    private static final long PROGRESS_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    enum Format {
        HF,
        GGUF;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(names = "--shape", required = true, paramLabel = "SHAPE", description = "One of ${COMPLETION-CANDIDATES}.")
    private SynthShape shape;

    @Option(
            names = "--format",
            defaultValue = "gguf",
            paramLabel = "FORMAT",
            description =
                    "${COMPLETION-CANDIDATES}: a Hugging Face directory or a GGUF file (default: ${DEFAULT-VALUE}).")
    private Format format;

    @Option(
            names = "--dtype",
            defaultValue = "bf16",
            paramLabel = "TYPE",
            description = "Of matrices: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); blocks only in GGUF.")
    private StoredType type;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(names = "--out", required = true, paramLabel = "PATH", description = "The directory or file to write.")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (format == Format.HF && !type.inSafetensors()) {
            throw refused("--format hf cannot hold --dtype " + type + ": take --format gguf, or let the engine quantize"
                    + " a bf16 directory at load (--quantize " + type + ")");
        }
        if (Files.exists(out)) {
            throw refused("--out " + out + " exists already: remove it or name another");
        }
        SynthModel model = new SynthModel(shape, type, seed);
        long weightBytes = model.weightBytes(format == Format.GGUF);
        refuseWithoutSpace(weightBytes + BESIDE_WEIGHTS_BYTES);
        long startNanos = System.nanoTime();
        LongConsumer progress = progress(weightBytes);
        switch (format) {
            case HF -> model.writeHuggingFace(out, progress);
            case GGUF -> model.writeGguf(out, progress);
        }
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "wrote %s: %s (%s), %,.1f million parameters, %s, %,.1f MB of weights, in %.1f s%n",
                        out,
                        shape,
                        shape.like(),
                        shape.parameters() / 1e6,
                        type,
                        weightBytes / 1e6,
                        (System.nanoTime() - startNanos) / 1e9);
        return 0;
    }

    private void refuseWithoutSpace(long neededBytes) throws IOException {
        Path folder = out.toAbsolutePath().normalize().getParent();
        if (folder == null) {
            throw refused("--out " + out + " has no parent directory");
        }
        Files.createDirectories(folder);
        long usableBytes = Files.getFileStore(folder).getUsableSpace();
        if (usableBytes < neededBytes) {
            throw refused(String.format(
                    Locale.ROOT,
                    "--shape %s --dtype %s needs %.1f GB, and %s has %.1f GB left",
                    shape,
                    type,
                    neededBytes / BYTES_PER_GIGABYTE,
                    folder,
                    usableBytes / BYTES_PER_GIGABYTE));
        }
    }

    private ParameterException refused(String reason) {
        return new ParameterException(spec.commandLine(), reason);
    }

    /** A line that says how far it is, where somebody watches. */
    @SuppressWarnings("SystemConsoleNull") // JDK 25 went back to null where input or output is not a terminal
    private LongConsumer progress(long weightBytes) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return _ -> {};
        }
        PrintWriter terminal = spec.commandLine().getErr();
        long[] shownAtNanos = {System.nanoTime()};
        return written -> {
            boolean complete = written >= weightBytes;
            long nowNanos = System.nanoTime();
            if (complete || nowNanos - shownAtNanos[0] >= PROGRESS_INTERVAL_NANOS) {
                shownAtNanos[0] = nowNanos;
                terminal.print(
                        complete
                                ? "\r\033[K"
                                : "\rwriting %s: %d %%\033[K".formatted(out, 100 * written / weightBytes));
                terminal.flush();
            }
        };
    }
}
