package dev.weir.control.onnx;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code ./weir onnx}: tries the encoder in a directory, and tells what it is and how long it takes. */
public final class Main {
    private static final int WARM_UP_TEXTS = 200;
    private static final int TEXTS = 1_000;
    private static final int WORDS = 20;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final String[] VOCABULARY =
            "when does the first ferry leave from this port and what would a cabin for two with a bike cost on friday"
                    .split(" ", -1);

    private Main() {}

    public static void main(String[] arguments) {
        if (arguments.length > 1) {
            System.err.println("usage: ./weir onnx [DIRECTORY]");
            System.exit(2);
        }
        if (arguments.length == 0) {
            System.out.println(
                    "weir: encoders in ONNX can be read; ./weir onnx DIRECTORY tries one, and weir.cache.encoder: DIRECTORY uses it");
            return;
        }
        try {
            EncoderDirectory directory = EncoderDirectory.read(Path.of(arguments[0]));
            try (OnnxEncoder encoder = OnnxEncoder.open(directory)) {
                tell(encoder, directory, System.out);
            }
        } catch (IOException unusable) {
            System.err.println("weir: " + unusable.getMessage());
            System.exit(1);
        }
    }

    static void tell(OnnxEncoder encoder, EncoderDirectory directory, PrintStream out) {
        SplittableRandom random = new SplittableRandom(1);
        double[] millis = new double[TEXTS];
        int dimensionCount = 0;
        for (int i = -WARM_UP_TEXTS; i < TEXTS; i++) {
            String text = Stream.generate(() -> VOCABULARY[random.nextInt(VOCABULARY.length)])
                    .limit(WORDS)
                    .collect(Collectors.joining(" "));
            long begun = System.nanoTime();
            dimensionCount = encoder.encode(text).length;
            if (i >= 0) {
                millis[i] = (System.nanoTime() - begun) / NANOS_PER_MILLI;
            }
        }
        Arrays.sort(millis);
        out.printf(
                Locale.ROOT,
                "%s: %d dimensions, %s pooling, at most %d tokens, fingerprint %s%n",
                directory.network(),
                dimensionCount,
                directory.pooling().text(),
                directory.tokensMax(),
                directory.fingerprint());
        out.printf(
                Locale.ROOT,
                "%d texts of %d words, one after the other: p50 %.2f ms, p99 %.2f ms%n",
                TEXTS,
                WORDS,
                millis[TEXTS / 2],
                millis[TEXTS * 99 / 100]);
    }
}
