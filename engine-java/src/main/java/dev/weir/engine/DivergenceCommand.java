package dev.weir.engine;

import dev.weir.engine.device.Quantities;
import dev.weir.engine.ffi.LogitsProbe;
import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.ffi.NativeModel;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.tokenization.DjlTokenizer;
import dev.weir.engine.tokenization.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code divergence}: what holding a model in fewer bits does to what it says. Every way to hold it is compared with the weights as
 * stored and keys and values in FP32, position by position, over the same texts.
 */
@Command(
        name = "divergence",
        description = "Measures what quantizing a model's weights, or its keys and values, does to its answers.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DivergenceCommand implements Callable<Integer> {

    private static final List<DType> WEIGHTS = List.of(DType.Q8_0, DType.Q6_K, DType.Q5_K, DType.Q4_K, DType.Q4_0);
    private static final List<DType> KV_CACHES = List.of(DType.F16, DType.BF16, DType.Q8_0);

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "A model directory, not quantized.")
    private Path directory;

    @Option(
            names = "--text",
            required = true,
            paramLabel = "FILE",
            description = "Texts: a .jsonl file of conversations (messages, expected), or plain text.")
    private Path text;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "" + Integer.MAX_VALUE,
            description = "Use the first N texts only.")
    private int textsMax;

    @Option(names = "--threads", defaultValue = "0", paramLabel = "N", description = "Threads (default: one a core).")
    private int threadCount;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        ModelDirectory model = ModelDirectory.open(directory);
        List<int[]> texts = texts(model);
        PrintWriter out = spec.commandLine().getOut();
        out.println("| held as | memory of matrices | mean KL divergence | same top token |");
        out.println("|---|---:|---:|---:|");
        TensorTypes reference = new TensorTypes(null, null, DType.F32);
        try (Comparison comparison = new Comparison(model, reference, texts)) {
            for (DType quantize : WEIGHTS) {
                print(out, "`" + quantize.optionName() + "` weights", comparison, quantize, DType.F32);
            }
            for (DType kvCache : KV_CACHES) {
                print(out, "`" + kvCache.optionName() + "` keys and values", comparison, null, kvCache);
            }
        }
        return 0;
    }

    private List<int[]> texts(ModelDirectory model) {
        try (Tokenizer tokenizer = DjlTokenizer.open(model.tokenizerFile())) {
            return new EvaluationTexts(
                            tokenizer,
                            model.chatTemplate(Clock.systemUTC()).orElse(null),
                            model.config().contextTokensMax())
                    .read(text, textsMax);
        }
    }

    private void print(PrintWriter out, String name, Comparison comparison, @Nullable DType quantize, DType kvCache) {
        Row row = comparison.with(new TensorTypes(null, quantize, kvCache));
        out.printf(
                Locale.ROOT,
                "| %s | %s | %.5f ± %.5f | %.2f %% |%n",
                name,
                row.held(),
                row.divergence().mean(),
                row.divergence().standardError(),
                100 * row.divergence().topAgreement());
        out.flush();
    }

    private record Row(String held, Divergence divergence) {}

    /** A reference that is loaded once, and what is held against it one after the other: never more than two models at a time. */
    private final class Comparison implements AutoCloseable {

        private final NativeLibrary library = NativeLibrary.load();
        private final ModelDirectory model;
        private final NativeModel reference;
        private final List<int[]> texts;
        private final int tokensMax;

        Comparison(ModelDirectory model, TensorTypes types, List<int[]> texts) {
            this.model = model;
            this.texts = texts;
            this.tokensMax = texts.stream().mapToInt(ids -> ids.length).max().orElseThrow();
            this.reference = library.loadModel(model.config(), model.weights(), types);
        }

        Row with(TensorTypes types) {
            try (NativeModel other = library.loadModel(model.config(), model.weights(), types);
                    LogitsProbe referenceProbe = new LogitsProbe(reference, tokensMax, threadCount);
                    LogitsProbe otherProbe = new LogitsProbe(other, tokensMax, threadCount)) {
                Divergence divergence = new Divergence();
                for (int[] ids : texts) {
                    add(ids, referenceProbe, otherProbe, divergence);
                }
                return new Row(held(other), divergence);
            }
        }

        private void add(int[] ids, LogitsProbe referenceProbe, LogitsProbe otherProbe, Divergence divergence) {
            referenceProbe.begin();
            otherProbe.begin();
            for (int from = 0; from < ids.length; from += LogitsProbe.PIECE_TOKENS_MAX) {
                int count = Math.min(LogitsProbe.PIECE_TOKENS_MAX, ids.length - from);
                referenceProbe.advance(ids, from, count);
                otherProbe.advance(ids, from, count);
                for (int i = 0; i < count; i++) {
                    divergence.add(referenceProbe.logits(i), otherProbe.logits(i));
                }
            }
        }

        private static String held(NativeModel model) {
            List<String> parts = new ArrayList<>();
            model.held()
                    .forEach(held -> parts.add(
                            held.matrices() + " in `" + held.type() + "`, " + Quantities.bytes(held.sizeBytes())));
            return String.join("; ", parts);
        }

        @Override
        public void close() {
            reference.close();
        }
    }
}
