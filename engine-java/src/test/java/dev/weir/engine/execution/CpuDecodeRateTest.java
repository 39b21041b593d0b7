package dev.weir.engine.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestModels;
import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.ffi.NativeModel;
import dev.weir.engine.ffi.NativeModelExecutor;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.scheduling.SchedulingPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Shows on the CPU backend what {@code DecodeRateTest} proves on a clock of its own. It measures time, so it runs only where it is asked for,
 * on a machine that does nothing else: {@code docs/scheduling-and-kv-cache.md} has the command.
 */
@EnabledIfSystemProperty(named = "weir.decode-rate", matches = "true")
class CpuDecodeRateTest {

    /** One does not wait for another that the machine has taken off its core. */
    private static final int THREADS = 1;

    private static final int ROUNDS = 3;

    private static final SchedulingPolicy NO_PROMISE = new SchedulingPolicy(true, 0);

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void runningAnswersKeepHalfOfTheirRateOnThisMachine(@TempDir Path scratch) throws IOException {
        ModelDirectory directory = ModelDirectory.open(stretched(scratch));
        try (NativeModel model =
                NativeLibrary.load().loadModel(directory.config(), directory.weights(), TensorTypes.asStored())) {
            tokenTimes(
                    model,
                    SchedulingPolicy.defaults(),
                    DecodeRate.WITH_PROMPT); // so that nothing below is the JVM's first time
            List<Double> kept = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                report("without a promise", model, NO_PROMISE);
                kept.add(report("with the default", model, SchedulingPolicy.defaults()));
            }
            Collections.sort(kept);
            assertThat(kept.get(ROUNDS / 2))
                    .as("the share that was kept, in the middle of %s", kept)
                    .isGreaterThanOrEqualTo(0.5);
        }
    }

    private static double report(String name, NativeModel model, SchedulingPolicy policy) {
        List<Long> disturbed = tokenTimes(model, policy, DecodeRate.WITH_PROMPT);
        List<Long> undisturbed = tokenTimes(model, policy, disturbed.size() - 1);
        int tokens = disturbed.size() - 1;
        double share = DecodeRate.share(undisturbed, disturbed, tokens);
        System.out.printf(
                "%s: %d prompt tokens in %.2f s; meanwhile running answers had %d tokens each, at %.0f %% of their rate%n",
                name, DecodeRate.PROMPT_TOKENS, DecodeRate.seconds(disturbed), tokens, 100 * share);
        return share;
    }

    private static List<Long> tokenTimes(NativeModel model, SchedulingPolicy policy, int tokens) {
        ModelExecutor executor = new NativeModelExecutor(model, DecodeRate.limits(model.vocabSize()), THREADS);
        try (SteppedEngine engine = new SteppedEngine(executor, policy, System::nanoTime)) {
            return DecodeRate.tokenTimes(engine, System::nanoTime, model.vocabSize(), tokens);
        }
    }

    /** The largest demo model with a context that it was not trained for: it would talk nonsense, as fast as ever. */
    private static Path stretched(Path scratch) throws IOException {
        Path demo = TestModels.repository().resolve("models/demo/weir-demo-power");
        try (Stream<Path> files = Files.list(demo)) {
            for (Path file : files.toList()) {
                Files.copy(file, scratch.resolve(file.getFileName()));
            }
        }
        Path config = scratch.resolve("config.json");
        String json = Files.readString(demo.resolve("config.json"));
        String stretched = json.replaceFirst(
                "\"max_position_embeddings\"\\s*:\\s*\\d+",
                "\"max_position_embeddings\": " + DecodeRate.CONTEXT_TOKENS_MAX);
        Files.writeString(config, stretched);
        return scratch;
    }
}
