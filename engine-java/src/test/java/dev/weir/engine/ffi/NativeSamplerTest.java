package dev.weir.engine.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.TestModels;
import dev.weir.engine.execution.ExecutorLimits;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.request.LogitShifts;
import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.sampling.ReferenceSampler;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The native sampler against the rules as {@link ReferenceSampler} states them, on the logits of a model. */
class NativeSamplerTest {

    private static final int TOKENS = 256;
    private static final int BLOCK_TOKENS = 16;
    private static final int TOP_LOGPROBS = 5;
    private static final int ROUNDS = 8;

    private final SplittableRandom random = new SplittableRandom(3);

    @Test
    void drawsWhatTheReferenceDraws() {
        ModelDirectory directory = ModelDirectory.open(TestModels.fixture(TestModels.TINY_LLAMA));
        try (NativeModel model = NativeLibrary.load()
                        .loadModel(directory.config(), directory.weights(), TensorTypes.asStored());
                NativeModelExecutor executor = executor(model)) {
            int different = 0;
            for (int round = 0; round < ROUNDS; round++) {
                different += differences(executor, model.vocabSize());
            }
            // The two sum and exponentiate in other precisions: a draw on the edge between two tokens may fall to
            // either.
            assertThat(different).isLessThanOrEqualTo(ROUNDS * TOKENS / 1000);
        }
    }

    private int differences(NativeModelExecutor executor, int vocabSize) {
        StepPlan plan = new StepPlan(TOKENS, 1);
        StepResult result = new StepResult(TOKENS, TOP_LOGPROBS);
        List<SamplingParams> samplings = new ArrayList<>();
        List<long @Nullable []> masks = new ArrayList<>();
        List<@Nullable LogitShifts> shifts = new ArrayList<>();
        plan.beginSequence(0);
        IntStream.range(0, TOKENS / BLOCK_TOKENS).forEach(plan::addBlock);
        for (int position = 0; position < TOKENS; position++) {
            samplings.add(sampling());
            plan.addToken(random.nextInt(vocabSize));
            masks.add(random.nextBoolean() ? null : mask(vocabSize));
            shifts.add(random.nextBoolean() ? null : shifts(vocabSize));
            plan.sampleHere(samplings.getLast(), masks.getLast(), shifts.getLast());
        }
        executor.execute(plan, result);
        int different = 0;
        for (int row = 0; row < TOKENS; row++) {
            long[] mask = masks.get(row);
            LogitShifts shift = shifts.get(row);
            float[] logits =
                    shift == null ? executor.logits(row) : ReferenceSampler.shifted(executor.logits(row), shift);
            ReferenceSampler reference =
                    mask == null ? new ReferenceSampler(logits) : ReferenceSampler.of(logits, mask);
            int expected = reference.sample(samplings.get(row), row + 1);
            int actual = result.tokenIds()[row];
            if (samplings.get(row).temperature() == 0) {
                assertThat(actual).isEqualTo(expected);
            }
            different += actual == expected ? 0 : 1;
            assertThat(result.logprobs()[row]).isCloseTo(reference.logprob(actual), within(1e-5f));
            for (int rank = 0; rank < TOP_LOGPROBS; rank++) {
                assertThat(result.topTokenIds()[row * TOP_LOGPROBS + rank]).isEqualTo(reference.ranked(rank));
            }
        }
        return different;
    }

    /** At least one token is allowed, and now and then only one. */
    private long[] mask(int vocabSize) {
        long[] mask = new long[(vocabSize + 63) / 64];
        int allowed = random.nextInt(4) == 0 ? 1 : random.nextInt(1, vocabSize);
        for (int i = 0; i < allowed; i++) {
            int id = random.nextInt(vocabSize);
            mask[id / 64] |= 1L << id;
        }
        return mask;
    }

    /** Of a few tokens or of many, some of them beyond the vocabulary; now and then one is not to be drawn. */
    private LogitShifts shifts(int vocabSize) {
        LogitShifts shifts = new LogitShifts();
        for (int count = random.nextInt(60); count > 0; count--) {
            float bias = random.nextInt(8) == 0 ? Float.NEGATIVE_INFINITY : (float) random.nextDouble(-3, 3);
            shifts.set(shifts.indexOf(random.nextInt(vocabSize + 5)), (float) random.nextDouble(0.5, 2), bias);
        }
        return shifts;
    }

    private SamplingParams sampling() {
        float temperature = random.nextInt(8) == 0 ? 0 : (float) random.nextDouble(0.1, 2);
        int topK = random.nextBoolean() ? 0 : random.nextInt(1, 50);
        float topP = random.nextBoolean() ? 1 : (float) random.nextDouble(0.3, 1);
        float minP = random.nextBoolean() ? 0 : (float) random.nextDouble(0, 0.2);
        return new SamplingParams(temperature, topK, topP, minP, random.nextLong(), TOP_LOGPROBS);
    }

    private static NativeModelExecutor executor(NativeModel model) {
        int blockCount = TOKENS / BLOCK_TOKENS;
        ExecutorLimits limits = new ExecutorLimits(
                model.vocabSize(), model.contextTokensMax(), blockCount, BLOCK_TOKENS, TOKENS, 1, TOP_LOGPROBS);
        return new NativeModelExecutor(model, SessionConfig.onCpu(limits, 2, true));
    }
}
