package dev.weir.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.models.domain.Difficulty;
import dev.weir.models.domain.Mixture;
import dev.weir.models.tokenizer.BpeTrainer;
import dev.weir.models.tokenizer.BpeVocabulary;
import dev.weir.models.tokenizer.ChatEncoder;
import dev.weir.models.tokenizer.TokenizerFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {
    private static final Duration NO_LIMIT = Duration.ofHours(1);
    private static final int BATCH_TOKENS = 1_200;
    private static final BpeVocabulary BYTES = new BpeTrainer().train(300);
    private static final LlamaShape SHAPE = new LlamaShape(BYTES.size(), 32, 64, 2, 2, 1, 16, 512);

    @TempDir
    private Path directory = Path.of("");

    private ChatEncoder encoder;

    @SuppressWarnings("NullAway.Init") // set before each test
    TrainingRunTest() {}

    @BeforeEach
    void loadTokenizer() throws IOException {
        TorchEngine.configure();
        new TokenizerFiles(BYTES).write(directory, 512);
        encoder = new ChatEncoder(directory);
    }

    @AfterEach
    void close() {
        encoder.close();
    }

    @Test
    void lossFallsAndEachStepIsReported() throws Exception {
        ByteArrayOutputStream report = new ByteArrayOutputStream();
        TrainingRun run = run("falls", 40, new PrintStream(report, true, StandardCharsets.UTF_8));
        run.train(NO_LIMIT);
        List<Double> losses = report.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("loss"))
                .map(line -> Double.valueOf(line.replaceAll(".*loss ([0-9.]+).*", "$1")))
                .toList();
        assertThat(losses).hasSize(2);
        assertThat(losses.getLast()).isLessThan(losses.getFirst() - 0.3);
    }

    @Test
    void sameSeedGivesTheSameWeights() throws Exception {
        TrainingRun one = run("one", 6, silent());
        TrainingRun other = run("other", 6, silent());
        one.train(NO_LIMIT);
        other.train(NO_LIMIT);
        assertSameWeights(one.weights(), other.weights());
    }

    @Test
    void resumedRunEndsWhereAnUninterruptedOneDoes() throws Exception {
        TrainingRun whole = run("whole", 6, silent());
        whole.train(NO_LIMIT);
        long[] clockNanos = {0};
        // The clock moves a second whenever it is read, so this run stops after a few steps and leaves a checkpoint.
        TrainingRun cut = new TrainingRun(
                plan(6),
                encoder,
                directory.resolve("cut"),
                silent(),
                () -> clockNanos[0] += Duration.ofSeconds(1).toNanos());
        cut.train(Duration.ofSeconds(4));
        TrainingRun resumed = run("cut", 6, silent());
        resumed.resume();
        resumed.train(NO_LIMIT);
        assertThat(cut.weights().get("embedding").values())
                .isNotEqualTo(whole.weights().get("embedding").values());
        assertSameWeights(resumed.weights(), whole.weights());
    }

    @Test
    void gradientsAgreeWithDifferenceQuotients() {
        Weights weights = Weights.random(SHAPE, 9);
        ChatStream stream = new ChatStream(encoder, curriculum(), 1, 600, new ChatStream.Position(0, 0));
        Batch batch = stream.next();
        try (LlamaNetwork network = new LlamaNetwork(SHAPE)) {
            List<float[]> gradients = network.train(weights, batch).gradients();
            for (int i = 0; i < gradients.size(); i++) {
                float[] values = weights.matrices().get(i).values();
                int steepest = steepest(gradients.get(i));
                float kept = values[steepest];
                float nudge = 2e-3f;
                values[steepest] = kept + nudge;
                float above = network.train(weights, batch).loss();
                values[steepest] = kept - nudge;
                float below = network.train(weights, batch).loss();
                values[steepest] = kept;
                double slope = (above - below) / (2.0 * nudge);
                assertThat((double) gradients.get(i)[steepest])
                        .as(weights.matrices().get(i).name())
                        .isCloseTo(slope, within(0.05 * Math.abs(slope) + 2e-3));
            }
        }
    }

    @Test
    void workersTogetherFindTheGradientsOfOne() throws Exception {
        Weights weights = Weights.random(SHAPE, 9);
        Batch batch = new ChatStream(encoder, curriculum(), 1, 2_000, new ChatStream.Position(0, 0)).next();
        try (ParallelNetwork one = new ParallelNetwork(SHAPE, 1);
                ParallelNetwork three = new ParallelNetwork(SHAPE, 3)) {
            LlamaNetwork.Gradients expected = one.train(weights, batch);
            LlamaNetwork.Gradients actual = three.train(weights, batch);
            assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-4f));
            for (int i = 0; i < expected.gradients().size(); i++) {
                assertThat(actual.gradients().get(i))
                        .containsExactly(expected.gradients().get(i), within(1e-4f));
            }
        }
    }

    /** A number handed to the tensor library lives in Java memory; autograd once kept one that the collector had already freed. */
    @Test
    void gradientsAreTheSameWhileTheCollectorRuns() throws Exception {
        Weights weights = Weights.random(SHAPE, 9);
        Batch batch = new ChatStream(encoder, curriculum(), 1, 600, new ChatStream.Position(0, 0)).next();
        AtomicBoolean done = new AtomicBoolean();
        Thread collector = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                System.gc();
            }
        });
        try (LlamaNetwork network = new LlamaNetwork(SHAPE)) {
            List<float[]> expected = network.train(weights, batch).gradients();
            for (int pass = 0; pass < 25; pass++) {
                List<float[]> actual = network.train(weights, batch).gradients();
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(actual.get(i)).as("pass %d", pass).isEqualTo(expected.get(i));
                }
            }
        } finally {
            done.set(true);
            collector.join();
        }
    }

    @Test
    void gradientThatIsNotFiniteMovesNothing() {
        Weights weights = Weights.random(SHAPE, 9);
        float before = weights.get("embedding").values()[0];
        List<float[]> gradients = weights.matrices().stream()
                .map(matrix -> new float[matrix.values().length])
                .toList();
        gradients.getFirst()[0] = Float.NaN;
        assertThat(new AdamW(weights).step(gradients, 1, 1e-3f)).isNaN();
        assertThat(weights.get("embedding").values()[0]).isEqualTo(before);
    }

    private TrainingRun run(String name, int steps, PrintStream out) {
        return new TrainingRun(plan(steps), encoder, directory.resolve(name), out, System::nanoTime);
    }

    private static TrainingRun.Plan plan(int steps) {
        return new TrainingRun.Plan(
                SHAPE, curriculum(), new LearningRate(5e-3f, 0, 2, steps), 7, BATCH_TOKENS, 1000, 1000, 1, 2);
    }

    private static Curriculum curriculum() {
        Mixture mixture = Mixture.byDifficulty(Map.of(Difficulty.SIMPLE, 1, Difficulty.JUDGE, 1));
        return new Curriculum(mixture, 1, mixture);
    }

    private static PrintStream silent() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }

    private static void assertSameWeights(Weights one, Weights other) {
        for (Weights.Matrix matrix : one.matrices()) {
            assertThat(matrix.values())
                    .as(matrix.name())
                    .isEqualTo(other.get(matrix.name()).values());
        }
    }

    private static int steepest(float[] gradient) {
        int best = 0;
        for (int i = 1; i < gradient.length; i++) {
            if (Math.abs(gradient[i]) > Math.abs(gradient[best])) {
                best = i;
            }
        }
        return best;
    }
}
