package dev.weir.engine.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.TestModels;
import dev.weir.engine.execution.AbstractModelExecutorTest;
import dev.weir.engine.execution.Continuation;
import dev.weir.engine.execution.ExecutionException;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.execution.ModelExecutor;
import dev.weir.engine.model.DType;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CpuModelExecutorTest extends AbstractModelExecutorTest {

    private static final NativeLibrary LIBRARY = NativeLibrary.load();
    private static final ModelDirectory DIRECTORY = ModelDirectory.open(TestModels.fixture(TestModels.TINY_LLAMA));
    private static NativeModel model =
            LIBRARY.loadModel(DIRECTORY.config(), DIRECTORY.weights(), TensorTypes.asStored());

    @BeforeAll
    static void loadModel() {
        model = LIBRARY.loadModel(DIRECTORY.config(), DIRECTORY.weights(), TensorTypes.asStored());
    }

    @AfterAll
    static void closeModel() {
        model.close();
        model.close();
    }

    @Override
    protected ModelExecutor open(
            int blockCount, int blockTokens, int stepTokensMax, int stepSequencesMax, int topLogprobsMax) {
        return new NativeModelExecutor(
                model,
                new ExecutorLimits(
                        model.vocabSize(),
                        model.contextTokensMax(),
                        blockCount,
                        blockTokens,
                        stepTokensMax,
                        stepSequencesMax,
                        topLogprobsMax),
                2);
    }

    @Test
    void closingGivesEveryHandleBack() {
        NativeLibrary.LiveHandles before = LIBRARY.liveHandles();
        NativeModel another = LIBRARY.loadModel(DIRECTORY.config(), DIRECTORY.weights(), TensorTypes.of(DType.F32));
        new NativeModelExecutor(another, new ExecutorLimits(another.vocabSize(), 512, 4, 16, 16, 1, 0), 1).close();
        another.close();
        assertThat(LIBRARY.liveHandles()).isEqualTo(before);
    }

    @Test
    void sessionOfAClosedModelIsRefusedByName() {
        NativeModel closed = LIBRARY.loadModel(DIRECTORY.config(), DIRECTORY.weights(), TensorTypes.asStored());
        closed.close();
        assertThatThrownBy(() -> new NativeModelExecutor(closed, new ExecutorLimits(297, 512, 4, 16, 16, 1, 0), 1))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("is not a live model");
    }

    @Test
    void tooLargeAPoolIsRefusedBeforeItIsTaken() {
        assertThatThrownBy(() -> new NativeModelExecutor(
                        model, new ExecutorLimits(model.vocabSize(), 512, Integer.MAX_VALUE, 16, 16, 1, 0), 1))
                .isInstanceOfSatisfying(
                        ExecutionException.class,
                        e -> assertThat(e.goesOn()).isEqualTo(ExecutionException.GoesOn.EXECUTOR));
    }

    @Test
    void modeThatTheCpuLacksReachesTheLibraryAndIsRefused() {
        ExecutorLimits limits = new ExecutorLimits(model.vocabSize(), 512, 4, 16, 16, 1, 0);
        SessionConfig batchVariant = new SessionConfig(limits, 1, Abi.DEVICE_CPU, true, false);
        assertThatThrownBy(() -> new NativeModelExecutor(model, batchVariant))
                .hasMessageContaining("batch_variant: 1 is not in [0, 0]");
    }

    @Test
    void longContextGrowsTheBlockTables() {
        // A session of one sequence begins with room for 16 blocks; a longer one must give what a roomier session
        // gives.
        int[] prompt = new Random(5).ints(400, 0, 256).toArray();
        assertThat(continued(prompt, 1)).isEqualTo(continued(prompt, 8));
    }

    private List<Integer> continued(int[] prompt, int stepSequencesMax) {
        StepPlan plan = new StepPlan(64, stepSequencesMax);
        StepResult result = new StepResult(stepSequencesMax, 0);
        Continuation continuation = new Continuation(
                prompt, SamplingParams.greedy(), 4, IntStream.range(0, 32).toArray(), 16);
        try (ModelExecutor executor = open(32, 16, 64, stepSequencesMax, 0)) {
            while (!continuation.isDone()) {
                plan.clear();
                continuation.plan(plan, 64);
                executor.execute(plan, result);
                continuation.accept(result, 0);
            }
        }
        return continuation.output();
    }
}
