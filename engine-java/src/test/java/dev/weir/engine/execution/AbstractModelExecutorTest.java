package dev.weir.engine.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.request.SamplingParams;
import dev.weir.engine.scheduling.StepPlan;
import dev.weir.engine.scheduling.StepResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every backend must do, whatever it is made of: refuse illegal plans and stay usable, sample repeatably, and give a sequence the
 * same bits whatever else is in the step, however it is chunked and wherever its blocks lie.
 */
public abstract class AbstractModelExecutorTest {

    private static final int BLOCK_COUNT = 64;
    private static final int BLOCK_TOKENS = 16;
    private static final int STEP_TOKENS_MAX = 96;
    private static final int STEP_SEQUENCES_MAX = 8;
    private static final int TOP_LOGPROBS_MAX = 5;
    private static final int OUTPUT_TOKENS = 12;

    private final StepPlan plan = new StepPlan(STEP_TOKENS_MAX, STEP_SEQUENCES_MAX);
    private final StepResult result = new StepResult(STEP_TOKENS_MAX, TOP_LOGPROBS_MAX);
    private ModelExecutor executor = new NoExecutor();

    /** An executor over a small model with at least 256 ids. */
    protected abstract ModelExecutor open(
            int blockCount, int blockTokens, int stepTokensMax, int stepSequencesMax, int topLogprobsMax);

    @BeforeEach
    void openExecutor() {
        executor = open(BLOCK_COUNT, BLOCK_TOKENS, STEP_TOKENS_MAX, STEP_SEQUENCES_MAX, TOP_LOGPROBS_MAX);
    }

    @AfterEach
    void closeExecutor() {
        executor.close();
        executor.close();
    }

    @Test
    void saysWhatItWasMadeFor() {
        assertThat(executor.limits())
                .isEqualTo(new ExecutorLimits(
                        executor.limits().vocabSize(),
                        executor.limits().contextTokensMax(),
                        BLOCK_COUNT,
                        BLOCK_TOKENS,
                        STEP_TOKENS_MAX,
                        STEP_SEQUENCES_MAX,
                        TOP_LOGPROBS_MAX));
    }

    @Test
    void sameSeedDrawsTheSameTokens() {
        assertThat(runAlone(prompt(7), sampled(42)).output())
                .isEqualTo(runAlone(prompt(7), sampled(42)).output());
    }

    @Test
    void anotherSeedDrawsOtherTokens() {
        assertThat(runAlone(prompt(7), sampled(42)).output())
                .isNotEqualTo(runAlone(prompt(7), sampled(43)).output());
    }

    @Test
    void greedyIsTheMostLikelyToken() {
        Continuation greedy =
                new Continuation(prompt(20), new SamplingParams(0, 0, 1, 0, 9, TOP_LOGPROBS_MAX), 1, blocks(0, 3), 16);
        step(List.of(greedy), () -> STEP_TOKENS_MAX);
        assertThat(result.tokenIds()[0]).isEqualTo(result.topTokenIds()[0]);
        assertThat(result.logprobs()[0]).isEqualTo(result.topLogprobs()[0]);
    }

    @Test
    void logprobsAreThoseOfADistribution() {
        Continuation any =
                new Continuation(prompt(20), new SamplingParams(1, 0, 1, 0, 9, TOP_LOGPROBS_MAX), 1, blocks(0, 3), 16);
        step(List.of(any), () -> STEP_TOKENS_MAX);
        double sum = 0;
        for (int i = 0; i < TOP_LOGPROBS_MAX; i++) {
            sum += Math.exp(result.topLogprobs()[i]);
            if (i > 0) {
                assertThat(result.topLogprobs()[i]).isLessThanOrEqualTo(result.topLogprobs()[i - 1]);
            }
        }
        assertThat(sum).isBetween(0.0, 1.0 + 1e-5);
        assertThat(result.logprobs()[0]).isLessThanOrEqualTo(result.topLogprobs()[0]);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void sequenceHasTheSameBitsAloneBatchedChunkedAndInShuffledBlocks(long seed) {
        Random random = new Random(seed);
        List<int[]> prompts = IntStream.range(0, STEP_SEQUENCES_MAX)
                .mapToObj(_ -> prompt(1 + random.nextInt(60), random))
                .toList();
        List<Continuation> alone = IntStream.range(0, prompts.size())
                .mapToObj(i -> runAlone(prompts.get(i), sampled(seed * 100 + i)))
                .toList();
        int blocksEach = BLOCK_COUNT / STEP_SEQUENCES_MAX;
        List<Integer> shuffled =
                new ArrayList<>(IntStream.range(0, BLOCK_COUNT).boxed().toList());
        Collections.shuffle(shuffled, random);
        List<Continuation> together = IntStream.range(0, prompts.size())
                .mapToObj(i -> new Continuation(
                        prompts.get(i),
                        sampled(seed * 100 + i),
                        OUTPUT_TOKENS,
                        shuffled.subList(i * blocksEach, (i + 1) * blocksEach).stream()
                                .mapToInt(Integer::intValue)
                                .toArray(),
                        BLOCK_TOKENS))
                .toList();
        run(together, () -> 1 + random.nextInt(STEP_TOKENS_MAX / STEP_SEQUENCES_MAX));
        for (int i = 0; i < prompts.size(); i++) {
            assertThat(together.get(i).output())
                    .as("sequence %s, seed %s", i, seed)
                    .isEqualTo(alone.get(i).output());
            assertThat(together.get(i).logprobBits())
                    .as("log-probabilities of sequence %s, seed %s", i, seed)
                    .isEqualTo(alone.get(i).logprobBits());
        }
    }

    @Test
    void tokenOutsideTheVocabularyIsRefused() {
        assertRefused(() -> {
            plan.beginSequence(0);
            plan.addBlock(0);
            plan.addToken(executor.limits().vocabSize());
        });
    }

    @Test
    void blockOutsideThePoolIsRefused() {
        assertRefused(() -> {
            plan.beginSequence(0);
            plan.addBlock(BLOCK_COUNT);
            plan.addToken(1);
        });
    }

    @Test
    void blockTableThatDoesNotCoverTheTokensIsRefused() {
        assertRefused(() -> {
            plan.beginSequence(16);
            plan.addBlock(0);
            plan.addToken(1);
        });
    }

    @Test
    void twoSequencesThatWriteOneBlockAreRefused() {
        assertRefused(() -> {
            for (int sequence = 0; sequence < 2; sequence++) {
                plan.beginSequence(0);
                plan.addBlock(5);
                plan.addToken(1);
            }
        });
    }

    @Test
    void positionBeyondTheContextIsRefused() {
        int contextTokensMax = executor.limits().contextTokensMax();
        assertRefused(() -> {
            plan.beginSequence(contextTokensMax);
            for (int i = 0; i <= contextTokensMax / BLOCK_TOKENS; i++) {
                plan.addBlock(i % BLOCK_COUNT);
            }
            plan.addToken(1);
        });
    }

    private void assertRefused(Runnable illegalPlan) {
        List<Integer> before = runAlone(prompt(5), sampled(1)).output();
        plan.clear();
        illegalPlan.run();
        assertThatThrownBy(() -> executor.execute(plan, result))
                .isInstanceOfSatisfying(
                        ExecutionException.class,
                        e -> assertThat(e.goesOn()).isEqualTo(ExecutionException.GoesOn.EXECUTOR));
        assertThat(runAlone(prompt(5), sampled(1)).output()).isEqualTo(before);
    }

    private Continuation runAlone(int[] prompt, SamplingParams sampling) {
        Continuation alone = new Continuation(prompt, sampling, OUTPUT_TOKENS, blocks(0, 8), BLOCK_TOKENS);
        run(List.of(alone), () -> STEP_TOKENS_MAX);
        return alone;
    }

    private void run(List<Continuation> continuations, IntSupplier chunkTokens) {
        List<Continuation> open = new ArrayList<>(continuations);
        while (!open.isEmpty()) {
            step(open, chunkTokens);
            open.removeIf(Continuation::isDone);
        }
    }

    private void step(List<Continuation> continuations, IntSupplier chunkTokens) {
        plan.clear();
        continuations.forEach(continuation -> continuation.plan(plan, chunkTokens.getAsInt()));
        executor.execute(plan, result);
        int row = 0;
        for (Continuation continuation : continuations) {
            row = continuation.accept(result, row);
        }
    }

    private static SamplingParams sampled(long seed) {
        return new SamplingParams(1, 0, 1, 0, seed, 0);
    }

    private static int[] prompt(int length) {
        return prompt(length, new Random(length));
    }

    private static int[] prompt(int length, Random random) {
        return random.ints(length, 0, 256).toArray();
    }

    private static int[] blocks(int first, int count) {
        return IntStream.range(first, first + count).toArray();
    }

    /** Stands in the field until the first test opens a real one. */
    private static final class NoExecutor implements ModelExecutor {

        @Override
        public ExecutorLimits limits() {
            throw new AssertionError("not opened");
        }

        @Override
        public void execute(StepPlan plan, StepResult result) {
            throw new AssertionError("not opened");
        }

        @Override
        public void close() {}
    }
}
